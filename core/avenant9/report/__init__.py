"""A report in the words and bytes of each format: one pure formatter per module."""
