"""The SSDA903 return of looked-after children: one financial year, as CSV tables or one XML file."""

from sightline.exchange.ssda903.reader import read

__all__ = ["read"]
