"""The letter as a secretary opens it: Word's format, read back by the library and by LibreOffice."""

from __future__ import annotations

import io
import shutil
import subprocess
from datetime import date
from pathlib import Path

import docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_COLOR_INDEX

from avenant9.report import letter
from avenant9.report.document import Blank, Column, Fact, Letter, Paragraph, Section, Table

DAY = date(2023, 6, 30)
WRITTEN = Letter(
    sender=(Paragraph(("Docteur ", Blank("prénom et nom"), ", psychiatrie [générale]")), Blank("adresse")),
    addressee=("Secrétariat de la commission",),
    dated=Paragraph((Blank("Ville"), ", le ", Blank("date"))),
    subject=Paragraph(("Objet : essai ", Blank(), " bis")),
    paragraphs=("Madame, Monsieur,", Paragraph(("Je demande ", Blank("… %"), ", et rien d'autre."))),
    signature=Blank("Signature"),
    annexes=(
        Section("Critères", words=(Paragraph(("zone",), box=True), Paragraph(("autre : ", Blank()), box=True))),
        Section(
            "Chiffres",
            facts=(Fact("Part", None, "share"),),
            tables=(
                Table(
                    (Column("Mois", "month"), Column("Actes", "integer"), Column("Part", "text")),
                    [(date(2022, 1, 1), 104, "49 %"), (date(2022, 2, 1), 1096, "")],
                    total=(None, 1200, None),
                    note="Note.",
                ),
            ),
        ),
        Section("Vide"),
    ),
    aside=(Section("Pour vous", words=("À lire.",)),),
    footer=("Texte de 2022.",),
)


def opened(written: bytes) -> docx.document.Document:
    return docx.Document(io.BytesIO(written))


def test_what_it_says_in_its_order() -> None:
    said = [line.text.strip() for line in opened(letter.render(WRITTEN, DAY)).paragraphs]
    assert [line for line in said if line] == [
        "Docteur [prénom et nom], psychiatrie [générale]",
        "[adresse]",
        "Secrétariat de la commission",
        "[Ville], le [date]",
        "Objet : essai […] bis",
        "Madame, Monsieur,",
        "Je demande [… %], et rien d'autre.",
        "[Signature]",
        "Critères",
        "☐ zone",
        "☐ autre : […]",
        "Chiffres",
        "Part : non résolu",
        "Note.",
        "Pour vous",
        "À lire.",
        "Texte de 2022.",
    ]


def test_what_is_left_to_complete_is_marked_and_nothing_else() -> None:
    marked = [
        run.text
        for line in opened(letter.render(WRITTEN, DAY)).paragraphs
        for run in line.runs
        if run.font.highlight_color == WD_COLOR_INDEX.YELLOW
    ]
    assert marked == ["[prénom et nom]", "[adresse]", "[Ville]", "[date]", "[…]", "[… %]", "[Signature]", "[…]"]


def test_the_whole_subject_is_bold() -> None:
    (subject,) = (line for line in opened(letter.render(WRITTEN, DAY)).paragraphs if line.text.startswith("Objet"))
    assert [run.bold for run in subject.runs] == [True, True, True]


def test_figures() -> None:
    (table,) = opened(letter.render(WRITTEN, DAY)).tables
    cells = [[cell.text.replace("\u00a0", " ") for cell in row.cells] for row in table.rows]
    assert cells == [
        ["Mois", "Actes", "Part"],
        ["janvier 2022", "104", "49 %"],
        ["février 2022", "1 096", ""],
        ["", "1 200", ""],
    ]
    assert table.cell(1, 1).paragraphs[0].alignment == WD_ALIGN_PARAGRAPH.RIGHT


def test_the_same_letter_is_the_same_bytes_and_names_nobody() -> None:
    once, again = letter.render(WRITTEN, DAY), letter.render(WRITTEN, DAY)
    assert once == again
    known = opened(once).core_properties
    assert (known.author, known.last_modified_by, known.created.date()) == ("", "", DAY)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is missing")
def test_libreoffice_opens_it(tmp_path: Path) -> None:
    file = tmp_path / "lettre.docx"
    file.write_bytes(letter.render(WRITTEN, DAY))
    profile = f"-env:UserInstallation=file://{tmp_path}/profil"
    command = ["soffice", profile, "--headless", "--convert-to", "txt:Text", "--outdir", str(tmp_path), str(file)]
    done = subprocess.run(command, capture_output=True, timeout=120, check=False)
    if not (tmp_path / "lettre.txt").exists():
        pytest.skip(f"LibreOffice has no Writer: {done.stderr.decode()[-200:]}")
    assert "Je demande [… %], et rien d'autre." in (tmp_path / "lettre.txt").read_text(encoding="utf-8-sig")
