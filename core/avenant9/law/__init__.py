"""The law as dated data: what every value in force says of itself, the nomenclature, the calendar, the CNAM's tables.

It knows no kind of rule, and no file: those are read by `rulebook`.
"""
