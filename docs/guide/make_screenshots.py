"""The pictures of the guide, made from the demo: `make guide`.

The demo is prepared in a folder of its own, with its fixed seed and a fixed pseudonym key: the same program
gives the same figures, files and snapshot. Its server is stopped and its folder thrown away at the end.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import FloatRect, Page, sync_playwright

from tests.journeys.browser import CHROMIUM, LAUNCH_ARGUMENTS, why_no_browser

IMAGES = Path(__file__).parent / "images"
WIDTH = 1000
LARGEST = 150_000
"""Pixels of a picture's width, and bytes of the largest picture that is kept."""
KEY = "5e" * 32
READY_WITHIN = 180
EMAIL = "{}@addiscombe-vale.example"


@dataclass(frozen=True)
class Shot:
    """One picture: who looks at which page, from which element down, and how many pixels of it.

    `opens` names a link that is followed first, `unfold` the summary of what is unfolded.
    """

    name: str
    role: str
    path: str
    height: int
    start: str = "header"
    opens: str = ""
    unfold: str = ""


INDICATOR = "/dataset/return-interviews-in-72-hours/"
ALLEGATIONS = "/dataset/allegation-contacts/"
SHOTS = (
    Shot("home", "board-manager", "/", 860),
    Shot("scorecard", "analyst", "/dataset/", 900),
    Shot("signals", "analyst", "/dataset/?show=signals&theme=Assessment+and+need", 900, start="main"),
    Shot("indicator", "analyst", INDICATOR, 980, start="main"),
    Shot("sources", "analyst", INDICATOR, 760, start="#sources", unfold="The SQL that counted it"),
    Shot("publishable", "analyst", f"{ALLEGATIONS}?version=publishable", 880, start="main"),
    Shot("quality", "analyst", "/dataset/quality/", 700, start="main"),
    Shot(
        "quality-file", "analyst", "/dataset/quality/", 800, start="main", opens="missing-list-2026-04-21.csv"
    ),
)


def main() -> None:
    """Make every picture, or say why none can be made."""
    if reason := why_no_browser():
        raise SystemExit(reason)
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, demo(Path(folder)) as (address, password):
        for shot in SHOTS:
            with signed_in(address, EMAIL.format(shot.role), password) as page:
                take(page, address, shot)


def take(page: Page, address: str, shot: Shot) -> None:
    """Make one picture. Raises SystemExit when it is larger than `LARGEST`."""
    page.goto(address + shot.path)
    if shot.opens:
        page.get_by_role("link", name=shot.opens).click()
    if shot.unfold:
        page.get_by_text(shot.unfold).first.click()
        page.evaluate("document.activeElement.blur()")
    page.wait_for_load_state("networkidle")
    y = page.locator(shot.start).first.evaluate("start => start.getBoundingClientRect().top + window.scrollY")
    file = IMAGES / f"{shot.name}.png"
    area: FloatRect = {"x": 0, "y": y, "width": WIDTH, "height": shot.height}
    page.screenshot(path=file, full_page=True, clip=area)
    size = file.stat().st_size
    print(f"{file.name:<20}{size / 1000:>6.0f} kB")
    if size > LARGEST:
        raise SystemExit(f"{file} is too large: {size} bytes, expected at most {LARGEST}")


@contextmanager
def demo(var: Path) -> Iterator[tuple[str, str]]:
    """The demo, served on a free port: its address, and the password of its accounts."""
    (var / "pseudonym.key").write_text(KEY + "\n")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    server = subprocess.Popen(
        [sys.executable, "-m", "sightline", "demo", "--port", str(port)],
        env=environment | {"SIGHTLINE_VAR": str(var)},
    )
    try:
        wait_for(port, server)
        yield f"http://127.0.0.1:{port}", (var / "demo-password").read_text().strip()
    finally:
        server.terminate()
        server.wait()


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    """Return when the demo answers. Raises SystemExit when it has ended or takes too long."""
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.5)
    raise SystemExit("the demo did not start")


@contextmanager
def signed_in(address: str, email: str, password: str) -> Iterator[Page]:
    """A page of a fresh browser, signed in."""
    with tempfile.TemporaryDirectory() as profile, sync_playwright() as playwright:
        browser = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=CHROMIUM,
            headless=True,
            args=LAUNCH_ARGUMENTS,
            viewport={"width": WIDTH, "height": 800},
        )
        page = browser.new_page()
        page.goto(f"{address}/account/login/")
        page.get_by_label("E-mail address").fill(email)
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{address}/")
        yield page
        browser.close()


if __name__ == "__main__":
    main()
