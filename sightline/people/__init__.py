"""People: children, adults, their households, who they are to one another; each has a dossier."""
