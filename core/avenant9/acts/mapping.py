"""What a user says of the files of one program."""

from __future__ import annotations

from msgspec import Struct, field


class Mapping(Struct, frozen=True):
    """What a user says of the files of one program.

    Attributes:
        columns: key -> heading of the file.
        sheet: the only sheet to read.
        encoding, separator: of text files.
        sector_cnam: whether the sector column holds convention codes of the CNAM; None where nobody says.
        practitioners: number -> number of the same doctor.
        place: the file that says so, for messages.
        constants: key -> what every row holds where the file has no such column or an empty cell.
        values: key -> text of the file -> what it means, as the column could hold it.
        ignored: key -> texts of rows that are no acts.
        dates: how the file writes its dates (`MM/JJ/AAAA`), where that is not day first, nor a year of four digits.
        asked_by: what names `sheet`, for messages.
        elsewhere: key of `columns` -> the file that says so, where that is not `place`.
    """

    columns: dict[str, str] = field(default_factory=dict)
    sheet: str | None = None
    encoding: str | None = None
    separator: str | None = None
    sector_cnam: bool | None = None
    practitioners: dict[str, str] = field(default_factory=dict)
    place: str = "mapping"
    constants: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    ignored: dict[str, tuple[str, ...]] = field(default_factory=dict)
    dates: str | None = None
    asked_by: str = "--map"
    elsewhere: dict[str, str] = field(default_factory=dict)

    def place_of(self, key: str) -> str:
        """The file that names the heading of a column."""
        return self.elsewhere.get(key, self.place)

    def over(self, under: Mapping) -> Mapping:
        """This mapping, completed key by key by another one."""
        return Mapping(
            columns=under.columns | self.columns,
            sheet=self.sheet or under.sheet,
            encoding=self.encoding or under.encoding,
            separator=self.separator or under.separator,
            sector_cnam=under.sector_cnam if self.sector_cnam is None else self.sector_cnam,
            practitioners=under.practitioners | self.practitioners,
            place=self.place,
            constants=under.constants | self.constants,
            values=under.values | {key: under.values.get(key, {}) | words for key, words in self.values.items()},
            ignored=under.ignored | self.ignored,
            dates=self.dates or under.dates,
            asked_by=self.asked_by if self.sheet else under.asked_by,
            elsewhere={key: under.place for key in under.columns if key not in self.columns},
        )
