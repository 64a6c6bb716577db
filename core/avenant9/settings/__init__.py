"""What users fill in beside their acts: TOML files, or sheets of a workbook."""
