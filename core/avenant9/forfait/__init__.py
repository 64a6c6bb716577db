"""The forfait structure: points and euros of a practice and year, what is missing, what a change would bring."""
