"""What a workbook may hold: beyond, it is refused before anything trusts it."""

from __future__ import annotations

#: The grid of Excel.
MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
#: Rows × columns of one sheet. The native reader holds the whole rectangle, about 100 bytes a cell. A full sheet
#: of 1,048,576 rows with the 28 columns of the template is 29 million.
MAX_CELLS = 40_000_000
#: All parts of a workbook once inflated. A full sheet of 1,048,576 rows × 14 columns is 0.6 GiB.
MAX_INFLATED = 4 * 1024**3
#: Shared strings of a workbook once inflated: they are all held in memory.
MAX_STRINGS = 1024**3
#: Any other part that is read whole (list of sheets, styles).
MAX_PART = 64 * 1024**2
#: One cell with its markup: Excel admits 32,767 characters of text and 8,192 of formula.
MAX_CELL = 4 * 1024**2
#: Entries of an archive, and sheets of a workbook.
MAX_ENTRIES = 10_000
#: Formats of cells: Excel admits 65,490, beside those of named styles.
MAX_STYLES = 200_000
#: Cells of a sheet in error or without a value: each is held, about 150 bytes.
MAX_NOTED = 4_000_000
#: Groups of merged cells of a sheet, held too.
MAX_MERGES = 1_000_000
#: Elements one inside the other: an OpenDocument sheet has some twenty, the parser holds each.
MAX_DEPTH = 200
#: What is quoted of a cell in error, in characters: those of Excel have at most 14.
MAX_QUOTED = 40
#: Cells beyond this many empty columns stand outside the table: where they make a sheet too wide, they are left out.
GAP = 100
#: Bytes inflated at a time.
CHUNK = 1024**2
