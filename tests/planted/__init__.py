"""Flaws to be planted into a copy of the trust plane, to see whether the tests catch them."""
