"""Files as tables of text, each row with the number that its reader sees: what a file is and holds, and no more."""
