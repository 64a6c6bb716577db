"""A workbook saved as « Strict Open XML » with the names that openpyxl knows: it takes the others for nothing."""

from __future__ import annotations

import io
import re
import zipfile

_ROOT = "_rels/.rels"
#: `http://purl.oclc.org/ooxml/spreadsheetml/main` is `http://schemas.openxmlformats.org/spreadsheetml/2006/main`.
_STRICT, _TRANSITIONAL = rb"http://purl\.oclc\.org/ooxml/(\w+)/", rb"http://schemas.openxmlformats.org/\1/2006/"


def transitional(path: str) -> str | io.BytesIO:
    """The workbook with the names of transitional Open XML, in memory; its path where it has them."""
    with zipfile.ZipFile(path) as package:
        if _ROOT not in package.namelist() or not re.search(_STRICT, package.read(_ROOT)):
            return path
        copy = io.BytesIO()
        with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as renamed:
            for name in package.namelist():
                part = package.read(name)
                is_xml = name.endswith((".xml", ".rels", ".vml"))
                renamed.writestr(name, re.sub(_STRICT, _TRANSITIONAL, part) if is_xml else part)
    return copy
