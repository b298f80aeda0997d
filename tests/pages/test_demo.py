"""The demo: it serves invented data alone, and never touches a real partnership's."""

import socket
from pathlib import Path

import pytest

from sightline.config.cli import demo
from sightline.core.permissions import Role

SETTINGS = Path(__file__).with_name("partnership.toml")


@pytest.fixture
def var(tmp_path) -> Path:
    folder = tmp_path / "demo"
    folder.mkdir()
    (folder / "partnership.toml").write_text(SETTINGS.read_text())
    return folder


def test_there_is_a_person_for_every_role():
    assert {role for _, role, _ in demo.PEOPLE.values()} == set(Role)


def test_it_begins_in_an_empty_folder_and_goes_on_in_its_own(tmp_path, var):
    demo.check_place(tmp_path / "empty" / "partnership.toml", tmp_path / "empty", is_sqlite=True)
    demo.check_place(var / "partnership.toml", var, is_sqlite=True)


def test_it_keeps_away_from_a_real_partnership(var):
    settings = var / "partnership.toml"
    settings.write_text(settings.read_text().replace("example = true", "example = false"))
    with pytest.raises(demo.NoDemo, match="of a real partnership"):
        demo.check_place(settings, var, is_sqlite=True)


def test_it_keeps_away_from_settings_and_databases_elsewhere(tmp_path, var):
    with pytest.raises(demo.NoDemo, match="SIGHTLINE_PARTNERSHIP"):
        demo.check_place(var / "partnership.toml", tmp_path / "other", is_sqlite=True)
    with pytest.raises(demo.NoDemo, match="DATABASE_URL"):
        demo.check_place(var / "partnership.toml", var, is_sqlite=False)


def test_a_port_that_is_taken_is_named_with_another():
    with socket.socket() as taken:
        taken.bind((demo.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(demo.NoDemo, match=f"port {port} is taken.*--port {port + 1}"):
            demo.check_port(port)


def test_beginning_afresh_clears_what_the_demo_made_and_nothing_else(var):
    for name in ("anchors", "example", "snapshots", "kept"):
        (var / name).mkdir()
    for name in ("sightline.sqlite3", "sightline.sqlite3-wal", "secret-key", "demo-password"):
        (var / name).touch()
    demo.clear(var)
    assert {path.name for path in var.iterdir()} == {"kept", "secret-key"}


def test_the_password_is_made_once_and_for_this_user_alone(var):
    made = demo.password(var)
    assert len(made) >= 12
    assert demo.password(var) == made
    assert (var / "demo-password").stat().st_mode & 0o777 == 0o600
