"""The vault: what is sealed is read back by its key, in its place, and by nothing else."""

import random
import stat
import threading
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st
from typer.testing import CliRunner

from bench.keys import Lost, soak
from sightline.config.cli import keys as keys_command
from sightline.core import chain, vault
from sightline.core.models import AuditEvent

ABOUT = "contact_protected_location.text.7"
ADDRESS = "12 Invented Row, behind the CANARY"
some = trying(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


@pytest.fixture
def store(settings) -> Path:
    return Path(settings.KEYS)


@pytest.fixture
def masters(settings) -> Path:
    return Path(settings.MASTER_KEYS)


def sealed_texts(count: int) -> dict[str, bytes]:
    keys = [vault.new_key() for _ in range(count)]
    return {key: vault.seal(key, f"{ADDRESS} {number}", ABOUT) for number, key in enumerate(keys)}


def read_back(sealed: dict[str, bytes]) -> list[str]:
    return [vault.unseal(key, one, ABOUT) for key, one in sealed.items()]


# What is sealed


@some
@given(text=texts, about=texts)
def test_what_is_sealed_is_read_back(text, about):
    key = vault.new_key()
    sealed = vault.seal(key, text, about)
    assert vault.unseal(key, sealed, about) == text
    assert len(text) < 4 or text.encode() not in sealed


@some
@given(text=texts, about=texts, other=texts)
def test_what_is_sealed_is_not_read_in_another_place_or_with_another_key(text, about, other):
    key, another = vault.new_key(), vault.new_key()
    sealed = vault.seal(key, text, about)
    with pytest.raises(vault.Altered):
        vault.unseal(another, sealed, about)
    if other != about:
        with pytest.raises(vault.Altered, match="belongs elsewhere"):
            vault.unseal(key, sealed, other)


def test_every_flipped_bit_shows():
    key = vault.new_key()
    sealed = vault.seal(key, ADDRESS, ABOUT)
    for bit in range(8 * len(sealed)):
        altered = bytearray(sealed)
        altered[bit // 8] ^= 1 << bit % 8
        with pytest.raises(vault.Altered):
            vault.unseal(key, bytes(altered), ABOUT)
    for length in range(len(sealed)):
        with pytest.raises(vault.Altered):
            vault.unseal(key, sealed[:length], ABOUT)


def test_the_same_words_look_different_each_time():
    key = vault.new_key()
    assert vault.seal(key, ADDRESS, ABOUT) != vault.seal(key, ADDRESS, ABOUT)


def test_search_words_are_sealed_under_the_key_of_their_month():
    march, april = date(2026, 3, 31), date(2026, 4, 1)
    in_march, in_april = vault.seal_search("Quill", march), vault.seal_search("Quill", april)
    assert (in_march.partition(":")[0], in_april.partition(":")[0]) == ("search-2026-03", "search-2026-04")
    assert "Quill" not in in_march
    assert chain.plain({"words": in_march}) == {"words": in_march}
    assert vault.unseal_search(in_march) == "Quill"
    vault.destroy("search-2026-03")
    with pytest.raises(vault.KeyGone):
        vault.unseal_search(in_march)
    with pytest.raises(vault.KeyGone):  # nobody makes the month's key a second time
        vault.seal_search("Quill", march)
    assert vault.unseal_search(in_april) == "Quill"
    with pytest.raises(vault.Altered):
        vault.unseal_search(in_april[:-1] + "é")


# Keys


def test_keys_and_master_keys_are_open_to_their_owner_alone(store, masters):
    key = vault.new_key()
    assert stat.S_IMODE(store.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in (masters, store / key)} == {0o600}
    masters.chmod(0o640)
    with pytest.raises(vault.NoMasterKey, match="open to others"):
        vault.seal(key, ADDRESS, ABOUT)


def test_no_master_key_is_made_where_others_have_been_in_use(masters):
    sealed_texts(1)
    masters.unlink()
    with pytest.raises(vault.NoMasterKey, match="not there"):
        vault.new_key()
    assert not masters.exists()


def test_no_master_key_is_made_where_real_records_are(settings, masters):
    settings.IS_DEPLOYED = True
    with pytest.raises(vault.NoMasterKey, match="not there"):
        vault.new_key()


@pytest.mark.parametrize("content", ["", "0123abcd:00", "one:" + "0" * 64, "0123ABCD:" + "0" * 64])
def test_a_file_that_holds_no_master_keys_is_refused(masters, content):
    masters.write_text(content)
    masters.chmod(0o600)
    with pytest.raises(vault.NoMasterKey, match="expected lines of 8"):
        vault.new_key()


def test_another_master_key_of_the_same_name_is_found_out(masters):
    (key,) = sealed_texts(1)
    name = masters.read_text().partition(":")[0]
    masters.write_text(f"{name}:{'0' * 64}\n")
    with pytest.raises(vault.Altered, match=f"master key {name} is another"):
        vault.seal(key, ADDRESS, ABOUT)


def test_the_file_of_one_key_does_not_pass_for_another(store):
    first, second = sealed_texts(2)
    (store / first).write_bytes((store / second).read_bytes())
    with pytest.raises(vault.Altered):
        vault.seal(first, ADDRESS, ABOUT)


def test_a_destroyed_key_says_when_and_one_that_is_lost_says_so(store):
    sealed = sealed_texts(2)
    gone, lost = sealed
    vault.destroy(gone)
    at = vault.destroyed_at(gone)
    vault.destroy(gone)
    assert vault.destroyed_at(gone) == at
    with pytest.raises(vault.KeyGone, match=f"destroyed on {at:%d %B %Y}"):
        vault.unseal(gone, sealed[gone], ABOUT)
    (store / lost).unlink()
    for use in (lambda: vault.unseal(lost, sealed[lost], ABOUT), lambda: vault.destroy(lost)):
        with pytest.raises(vault.KeyLost, match="nobody destroyed it"):
            use()


@pytest.mark.parametrize("name", ["", "../master-keys", "/etc/hostname", ".lock", "search-2026-3"])
def test_a_name_that_is_no_key_opens_no_file(name):
    vault.new_key()
    with pytest.raises(vault.KeyLost):
        vault.seal(name, ADDRESS, ABOUT)


def test_a_check_finds_what_is_altered_lost_or_left_over(store):
    well, altered, lost, destroyed, orphan = sealed_texts(5)
    vault.search_key(date(2026, 3, 1))
    (store / altered).write_text((store / altered).read_text().replace(":", ":0", 1))
    (store / lost).unlink()
    vault.destroy(destroyed)
    found = vault.check({well, altered, lost, destroyed})
    assert (found.keys, found.destroyed, set(found.wrong)) == (4, 1, {altered, lost})
    assert found.orphans == (orphan,)


# Rotation


def test_rotation_retires_the_master_key_and_every_text_is_still_read(store, masters):
    sealed = sealed_texts(5)
    gone = next(iter(sealed))
    vault.destroy(gone)
    del sealed[gone]
    old, before = masters.read_text(), read_back(sealed)
    backup = {file.name: file.read_bytes() for file in store.iterdir() if len(file.name) == 32}
    assert vault.rotate() == 4
    assert masters.read_text().count("\n") == 1
    assert masters.read_text() != old
    assert read_back(sealed) == before
    key = next(iter(sealed))
    (store / key).write_bytes(backup[key])
    with pytest.raises(vault.NoMasterKey, match="lacks"):
        vault.unseal(key, sealed[key], ABOUT)


def test_a_rotation_that_stopped_is_taken_up_with_the_master_key_that_it_had_made(masters, monkeypatch):
    sealed = sealed_texts(4)
    before, store_key, done = read_back(sealed), vault._store, []

    def stop_at_third(*args):
        if len(done) == 2:
            raise OSError("the disk is full")
        done.append(store_key(*args))

    monkeypatch.setattr(vault, "_store", stop_at_third)
    with pytest.raises(OSError, match="full"):
        vault.rotate()
    monkeypatch.undo()
    made = masters.read_text().splitlines()
    assert len(made) == 2
    assert read_back(sealed) == before
    vault.rotate()
    assert masters.read_text().splitlines() == made[1:]
    assert read_back(sealed) == before


def test_a_rotation_that_meets_an_altered_key_retires_nothing(store, masters):
    keys = list(sealed_texts(3))
    (store / keys[1]).write_text("not a key\n")
    old = masters.read_text()
    with pytest.raises(vault.Altered):
        vault.rotate()
    assert masters.read_text().startswith(old)


def test_a_key_that_is_destroyed_while_it_is_wrapped_anew_stays_destroyed(monkeypatch):
    (key,) = sealed_texts(1)
    unwrap, destroying = vault._unwrap, threading.Thread(target=vault.destroy, args=[key])

    def slowly(*args):
        found = unwrap(*args)
        if not destroying.ident:
            destroying.start()
            time.sleep(0.2)
        return found

    monkeypatch.setattr(vault, "_unwrap", slowly)
    vault.rotate()
    destroying.join()
    assert vault.destroyed_at(key) is not None


def test_a_key_that_is_made_while_the_master_key_is_retired_is_not_lost(monkeypatch):
    sealed_texts(1)
    store_key, made = vault._store, []
    making = threading.Thread(target=lambda: made.append(vault.new_key()))
    reached = threading.Event()

    def slowly(*args):
        if threading.current_thread() is making:
            reached.set()
            time.sleep(0.3)
        store_key(*args)

    monkeypatch.setattr(vault, "_store", slowly)
    making.start()
    reached.wait()
    vault.rotate()
    making.join()
    assert vault.check(set()).wrong == {}
    vault.seal(made[0], ADDRESS, ABOUT)


def test_texts_are_read_and_sealed_while_the_keys_are_rotated_twice():
    sealed = sealed_texts(30)
    before, wrong, stop = read_back(sealed), [], threading.Event()

    def use():
        try:
            while not stop.is_set():
                assert read_back(sealed) == before
                assert len(read_back(sealed_texts(1))) == 1
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=use) for _ in range(3)]
    for thread in threads:
        thread.start()
    vault.rotate()
    vault.rotate()
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert read_back(sealed) == before


def test_nothing_is_lost_when_rotations_are_killed_under_load(tmp_path):
    done = soak(tmp_path, kills=30, chance=random.Random(7))
    assert done.kills == 30
    assert min(done.sealed, done.read, done.destroyed) > 0


def test_the_trial_by_kills_finds_a_key_that_is_not_replaced_as_a_whole(tmp_path, monkeypatch):
    def torn(file, content):
        with file.open("w") as out:
            file.chmod(0o600)
            out.write(content[:20])
            out.flush()
            out.write(content[20:])

    monkeypatch.setattr(vault, "_replace", torn)
    with pytest.raises((Lost, vault.Altered, vault.NoMasterKey)):
        soak(tmp_path, kills=30, chance=random.Random(7))


# The command line


def test_keys_are_rotated_and_checked_at_the_command_line(db, store):
    sealed = sealed_texts(2)
    run = CliRunner().invoke
    rotated = run(keys_command.app, ["rotate"])
    assert (rotated.exit_code, rotated.stdout[:20]) == (0, "2 keys wrapped under")
    event = AuditEvent.objects.get()
    assert (event.action, event.detail) == ("account:rotate-keys", {"keys": 2, "system": "the command line"})
    vault.destroy(next(iter(sealed)))
    checked = run(keys_command.app, ["check"])
    assert (checked.exit_code, checked.stdout) == (0, "1 key, 1 destroyed, 1 that no record names\n")
    (store / list(sealed)[1]).write_text("")
    checked = run(keys_command.app, ["check"])
    assert checked.exit_code == 1
    assert f"wrong: the file of key {list(sealed)[1]} is not as it was written" in checked.stdout


def test_the_command_line_says_why_it_could_not_run(db, masters):
    sealed_texts(1)
    masters.rename(masters.with_name("elsewhere"))
    for command in ("check", "rotate"):
        result = CliRunner().invoke(keys_command.app, [command])
        assert (result.exit_code, result.stderr) == (
            3,
            f"sightline: the master keys are not there: {masters}\n",
        )
