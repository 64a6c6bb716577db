"""A piece of a sheet as a workbook of its own, in memory: what the native reader is given in place of the user's.

Standard library only: the reader's process imports this before anything heavy.
"""

from __future__ import annotations

import io
import re
import zipfile

#: Stands in the first column above a piece, and below shared strings, so that their places are known.
MARK = "."
#: Stands before the number of a shared string, in the place of it. It is no character: no text has it.
SHARED = "\U0010fffe"
_SHARED_AS_NUMBER = re.compile(rb"&#(?:0*1114110|x0*10[fF]{3}[eE]);")

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TARGETS = {"worksheet": "worksheets/sheet1.xml", "styles": "styles.xml"}


class OddError(Exception):
    """The piece has what no program writes."""


def parts_around(styles: bytes, *, date1904: bool) -> dict[str, bytes]:
    """The parts that the pieces of a workbook share, by name."""
    links = "".join(
        f'<Relationship Id="{kind}" Type="{_OFFICE}/{kind}" Target="{target}"/>' for kind, target in _TARGETS.items()
    )
    root = f'<Relationship Id="r" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    relations = f'<Relationships xmlns="{_PACKAGE}/relationships">{{}}</Relationships>'
    texts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
        "_rels/.rels": relations.format(root),
        "xl/_rels/workbook.xml.rels": relations.format(links),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><workbookPr date1904="{int(date1904)}"/>'
        '<sheets><sheet name="1" sheetId="1" r:id="worksheet"/></sheets></workbook>',
    }
    parts = {name: text.encode() for name, text in texts.items()}
    return {**parts, "xl/styles.xml": styles} if styles else parts


def workbook_of_rows(around: dict[str, bytes], prefix: bytes, first: int, rows: bytes) -> bytes:
    """A workbook of one sheet with these rows, of which the elements bear this prefix, the mark above the first one.

    A cell that names a shared string has its number, behind SHARED: the strings are not there.

    Raises:
        OddError: a text has SHARED.
    """
    if SHARED.encode() in rows or (b"&#" in rows and _SHARED_AS_NUMBER.search(rows)):
        raise OddError
    named = (b't="s"><%bv>' % prefix, b't="str"><%bv>%b' % (prefix, SHARED.encode()))
    return _workbook(
        around, prefix, _mark(prefix, b' r="%d"' % (first - 1)) if first > 1 else b"", rows.replace(*named)
    )


def workbook_of_strings(around: dict[str, bytes], prefix: bytes, strings: bytes) -> bytes:
    """A workbook of one sheet with a row for each of these shared strings, between two rows of the mark."""
    opened = b'<%brow><%bc t="inlineStr"><%bis>'.replace(b"%b", prefix)
    closed = b"</%bis></%bc></%brow>".replace(b"%b", prefix)
    rows = strings.replace(b"<%bsi/>" % prefix, opened + closed)
    rows = rows.replace(b"<%bsi>" % prefix, opened).replace(b"</%bsi>" % prefix, closed)
    return _workbook(around, prefix, _mark(prefix), rows, _mark(prefix))


def _mark(prefix: bytes, place: bytes = b"") -> bytes:
    row = f'<~row@><~c t="str"><~v>{MARK}</~v></~c></~row>'.encode()
    return row.replace(b"~", prefix).replace(b"@", place)


def _workbook(around: dict[str, bytes], prefix: bytes, *rows: bytes) -> bytes:
    name = b"xmlns:" + prefix[:-1] if prefix else b"xmlns"
    above = b'<%bworksheet %b="%b"><%bsheetData>' % (prefix, name, _MAIN.encode(), prefix)
    sheet = b"".join((above, *rows, b"</%bsheetData></%bworksheet>" % (prefix, prefix)))
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w") as package:
        for part, content in (*around.items(), (f"xl/{_TARGETS['worksheet']}", sheet)):
            package.writestr(part, content)
    return book.getvalue()
