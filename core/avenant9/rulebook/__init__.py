"""The law as dated data: what a rule file may hold, and how the files become one rulebook."""
