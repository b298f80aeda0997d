"""The worker: one for an installation, which takes up what the one before it left."""

import fcntl
import subprocess
import sys
import time

import pytest
from django_tasks_db.models import DBTaskResult

from sightline.config.cli import serve
from sightline.config.cli.work import NotAlone, _alone
from sightline.core import jobs


def test_a_second_worker_of_an_installation_leaves(tmp_path, db):
    with (tmp_path / "work.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with pytest.raises(NotAlone, match="runs already"), _alone(tmp_path):
            pass
    with _alone(tmp_path):
        pass


def test_a_second_worker_of_a_database_leaves_though_it_runs_elsewhere(tmp_path, db):
    from django.db import connection

    if connection.vendor != "postgresql":
        pytest.skip("skipped: only PostgreSQL is reached from several machines")
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    with (
        _alone(tmp_path / "one"),
        pytest.raises(NotAlone, match="on another machine"),
        _alone(tmp_path / "two"),
    ):
        pass
    with _alone(tmp_path / "two"):
        pass


def test_the_queue_holds_the_names_of_jobs_and_nothing_of_python(db, work, monkeypatch):
    done = []
    monkeypatch.setitem(jobs.JOBS, "test.note", done.append)
    jobs.enqueue("test.note", 7)
    assert DBTaskResult.objects.get().args_kwargs == {"args": ["test.note", 7], "kwargs": {}}
    assert work() == 1
    assert done == [7]


def test_a_job_has_one_name(db):
    jobs._import_all()
    with pytest.raises(TypeError, match="defined twice"):
        jobs.job("dataset.read-load")(print)


def test_a_part_that_does_not_end_when_asked_is_ended(monkeypatch):
    monkeypatch.setattr(serve, "_PATIENCE", 0.5)
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
    part = subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE)
    assert part.stdout is not None
    part.stdout.readline()
    began = time.monotonic()
    serve.end([part])
    part.stdout.close()
    assert part.returncode == -9
    assert time.monotonic() - began < 5
