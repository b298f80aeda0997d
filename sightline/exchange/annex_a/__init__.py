"""Ofsted's Annex A: the workbook of eleven child-level lists that a council keeps ready for inspection."""

from sightline.exchange.annex_a.reader import read

__all__ = ["read"]
