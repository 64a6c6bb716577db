"""The rule files as plain data: read with tomllib, never through avenant9."""

from __future__ import annotations

import csv
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RULES = Path(__file__).resolve().parents[2] / "core" / "avenant9" / "rules"

CCAM = r"[A-Z]{4}\d{3}"
#: Folders that hold no rule of `a9 check`.
OTHER_FOLDERS = {"tables", "mesure", "forfait", "calendrier"}
#: Kinds that are data for the other rules.
OTHER_KINDS = {"act", "limitation"}


@dataclass(repr=False)  # hypothesis prints what a strategy was given
class Book:
    """`rules`: id -> rule; `acts`: code -> act; the look-ups with which acts are read."""

    rules: dict[str, dict[str, Any]]
    acts: dict[str, dict[str, Any]]
    aliases: dict[str, str] = field(default_factory=dict)
    coefficient_aliases: dict[tuple[str, int], str] = field(default_factory=dict)
    letters: set[str] = field(default_factory=set)  # all codes that a table of the CNAM knows
    numbers: dict[int, str] = field(default_factory=dict)  # of the SNDS extracts -> code
    deductions: dict[str, Any] = field(default_factory=dict)  # what one column says of another

    def __post_init__(self) -> None:
        for code, act in self.acts.items():
            for alias in act.get("aliases", []):
                if "coefficient" in alias:
                    self.coefficient_aliases[alias["code"], round(float(alias["coefficient"]) * 1000)] = code
                else:
                    self.aliases[alias["code"]] = code
            for number in act.get("natures_of_act", []):
                self.numbers[number] = code

    def known(self, code: str) -> bool:
        return code in self.acts or code in self.letters or code in self.numbers.values()

    def nature(self, code: str) -> str | None:
        """Of a code of the nomenclature; whatever has the form of a code of the CCAM is an acte technique."""
        if code in self.acts:
            return str(self.acts[code]["nature"])
        return "technique" if re.fullmatch(CCAM, code) else None

    def grouping(self, code: str) -> bool:
        """Whether this is a code of the paper claim, behind which another act hides (CCX, CCE, MTX, MCX)."""
        return bool(self.acts.get(code, {}).get("by_original_code"))


def load(root: Path = RULES) -> Book:
    rules: dict[str, dict[str, Any]] = {}
    acts: dict[str, dict[str, Any]] = {}
    spans = periods(root / "mesure")
    for path in sorted(root.rglob("*.toml")):
        folders = path.relative_to(root).parts[:-1]
        if not folders or folders[0] in OTHER_FOLDERS or folders[0].startswith("."):
            continue
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        take_dates(content, spans)
        kind = content["kind"]
        if kind == "act":
            acts[content["code"]] = content
        elif kind not in OTHER_KINDS:
            rules[path.relative_to(root).with_suffix("").as_posix()] = content
    letters, numbers = natures_of_act(root / "tables")
    said = tomllib.loads((root / "tables" / "deductions.toml").read_text(encoding="utf-8"))
    return Book(dict(sorted(rules.items())), acts, letters=letters, numbers=numbers, deductions=said)


def periods(folder: Path) -> dict[str, dict[str, Any]]:
    """The periods of the measures, each by the name that a version calls it by (`snp/ete-2022`)."""
    found = {}
    for path in sorted(folder.glob("*.toml")):
        for span in tomllib.loads(path.read_text(encoding="utf-8"))["period"]:
            found[f"{path.stem}/{span['id']}"] = span
    return found


def take_dates(content: dict[str, Any], spans: dict[str, dict[str, Any]]) -> None:
    """Writes into the versions of a rule what their period says and they do not."""
    for version in content.get("version", []):
        if "during" in version:
            span = spans[version.pop("during")]
            for key in ("from", "until", "source", "checked_on"):
                version.setdefault(key, span[key])


def natures_of_act(folder: Path) -> tuple[set[str], dict[int, str]]:
    """The CNAM's table: letters of the flux, which share a cell at times, and their number; a word is no code."""
    letters: set[str] = set()
    numbers: dict[int, str] = {}
    with (folder / "IR_NAT_V.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream, delimiter=";"):
            cell = row["PRS_NAT_CB2"]
            codes = [word for word in re.split("[/ ]", cell) if re.fullmatch("[A-Z][A-Z0-9]?[A-Z0-9]?", word)]
            letters.update(codes)
            numbers[int(row["PRS_NAT"])] = cell if codes == [cell] else row["PRS_NAT"]
    younger = tomllib.loads((folder / "tables.toml").read_text(encoding="utf-8"))["natures_of_act"]["codes"]
    numbers.update({int(number): code for number, code in younger.items()})
    return letters, numbers
