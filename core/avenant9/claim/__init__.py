"""A table of sums that the caisse claims back, answered line by line from the acts."""
