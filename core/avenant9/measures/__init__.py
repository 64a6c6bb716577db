"""Measures bounded in time: which are in force, and what a practice's acts and shifts would be worth under them."""
