"""Files of acts: what they really hold, their cells as text with addresses, and which column is which."""
