"""The sums of a year: points and euros, what is due beside them, what is missing, what a change would bring."""
