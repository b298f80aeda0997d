"""The children in need census: one XML file, one authority, one financial year (2017 to 2026)."""

from sightline.exchange.cin_census.reader import read

__all__ = ["read"]
