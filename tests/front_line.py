"""Switches the front line on before Django's settings are read: the tests know every room.

Loaded by name from pyproject.toml; a conftest.py would be too late.
"""

import os

os.environ["FRONT_LINE"] = "on"
