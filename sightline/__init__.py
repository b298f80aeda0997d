"""Sightline: one line of sight from a concern about a child to what a partnership may honestly claim."""
