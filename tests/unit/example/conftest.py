"""One small borough for all tests of this folder, once as it should be and once with planted mess."""

from __future__ import annotations

from pathlib import Path

import pytest

from sightline.example.making import Made, Order, make

CLEAN = Order(children=500, count=2, is_clean=True)
MESSY = Order(children=500, count=2)


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("clean") / "example", CLEAN)


@pytest.fixture(scope="session")
def messy(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("messy") / "example", MESSY)


@pytest.fixture(scope="session")
def shared() -> Path:
    for folder in Path(__file__).resolve().parents:
        if (folder / "../shared/specs").is_dir():
            return folder / "../shared"
    pytest.skip("no ../shared beside this checkout")
