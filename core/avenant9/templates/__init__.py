"""What users fill in, empty or with examples: the files that `a9 template` writes."""
