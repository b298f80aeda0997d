"""`sightline serve`: the pages of this installation and the worker beside them, on this machine alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from types import FrameType
from typing import Annotated

import typer
from django.core.exceptions import ImproperlyConfigured

HOST = "127.0.0.1"
_PATIENCE = 20
"""Seconds that a part is given to finish what it is doing; a job that is ended is begun again next time."""


class Ended(Exception):
    """The server or the worker ended by itself; the message says which."""


REFUSALS: tuple[type[Exception], ...] = (ImproperlyConfigured, Ended)
app = typer.Typer(add_completion=False)


@app.command(epilog="Try: sightline serve")
def serve(port: Annotated[int, typer.Option(help="The port to serve on.")] = 8000) -> None:
    """Serve the pages on this machine, and do the work that they leave. Stop both with Ctrl+C."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sightline.config.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    run_both(port)


def run_both(port: int) -> None:
    """Run the server and the worker until one of them ends or somebody stops them; then end the other.

    Raises `Ended` where one of them ended by itself.
    """
    parts = {
        "the server": [
            "gunicorn", "sightline.config.wsgi", "--bind", f"{HOST}:{port}",
            "--workers", "2", "--threads", "4", "--log-level", "warning",
        ],
        "the worker": ["sightline", "work"],
    }  # fmt: skip
    stopped: list[int] = []

    def stop(signum: int, frame: FrameType | None) -> None:
        stopped.append(signum)

    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, stop)
    running = {name: _start(arguments) for name, arguments in parts.items()}
    while not stopped and all(part.poll() is None for part in running.values()):
        time.sleep(0.2)
    ended = [name for name, part in running.items() if part.poll() is not None]
    end(list(running.values()))
    if ended and not stopped:
        raise Ended(f"{' and '.join(ended)} ended by itself; what it said stands above")


def end(parts: Sequence[subprocess.Popen[bytes]]) -> None:
    """Ask each part to end, and end those that do not."""
    for part in parts:
        if part.poll() is None:
            part.terminate()
    last = time.monotonic() + _PATIENCE
    for part in parts:
        try:
            part.wait(max(0.1, last - time.monotonic()))
        except subprocess.TimeoutExpired:
            part.kill()
            part.wait()


def _start(arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    # A group of its own: Ctrl+C reaches this process alone, which then ends both in order.
    return subprocess.Popen([sys.executable, "-m", *arguments], start_new_session=True)
