"""The dataset: what agencies handed in, the snapshots made of it, the figures counted from them.

No row is about a child. A figure is a count of many; a file is told by its name, its window and how many of
its rows were read, accepted and refused.
"""

from sightline.assurance.dataset.models.loads import FileSaid, Load, LoadFile, LoadQuerySet
from sightline.assurance.dataset.models.snapshots import (
    Baseline,
    BaselineQuerySet,
    DatasetQuerySet,
    DefinitionChange,
    Figure,
    LoadedFile,
    LoadedSnapshot,
    LoadedSnapshotQuerySet,
    PublishedFigure,
    Query,
)

__all__ = [
    "Baseline",
    "BaselineQuerySet",
    "DatasetQuerySet",
    "DefinitionChange",
    "Figure",
    "FileSaid",
    "Load",
    "LoadFile",
    "LoadQuerySet",
    "LoadedFile",
    "LoadedSnapshot",
    "LoadedSnapshotQuerySet",
    "PublishedFigure",
    "Query",
]
