"""Workbooks: examined as bytes before any parser trusts them, then read by native readers in processes of their own.

The native reader of xlsx is fast but takes a workbook at its word: one stray cell far away makes it ask for hundreds
of gigabytes and abort, and it returns `#N/A` and formulas without a value as blanks. So the XML of each sheet to
be read is streamed once as bytes (about 2 s for a full sheet of 1,048,576 rows): limits are enforced, and the
cells that hold an error are noted.

`examine` takes a workbook to the module of its sort (`xlsx`, `ods`). The sheets of an xlsx are searched as bytes
(`scan_bytes`), or parsed where their form is unusual (`scan_xml`): then the cells are read on the way, as all those
of an ods are, and no other reader is asked. An xls is read by xlrd, in a process of its own (`xls`).
"""
