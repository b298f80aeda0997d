"""`python -m sightline`: the command line."""

from sightline.config.cli import main

main()
