"""Disputes about decisions: one click from a decision, up to five stages, and silence is a breach."""
