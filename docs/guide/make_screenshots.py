"""The pictures of the guide, made from the demo: `make guide`.

The demo is prepared in a folder of its own, with its fixed seed and a fixed pseudonym key: the same program
gives the same figures, files and snapshot; only days change. Then its people hand in, send back and publish.
Its server is stopped and its folder thrown away at the end.
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

from playwright.sync_api import Browser, FloatRect, Page, sync_playwright

from tests.journeys.browser import CHROMIUM, LAUNCH_ARGUMENTS, why_no_browser

IMAGES = Path(__file__).parent / "images"
WIDTH = 1000
LARGEST = 150_000
"""Pixels of a picture's width, and bytes of the largest picture that is kept."""
KEY = "5e" * 32
READY_WITHIN = 600
WORK_WITHIN = 600_000
"""Seconds that the demo may take to be ready; milliseconds that the worker may take."""
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
    start: str = "main"
    opens: str = ""
    unfold: str = ""
    width: int = WIDTH


INTERVIEWS = "/dataset/return-interviews-in-72-hours/"
ALLEGATIONS = "/dataset/allegation-contacts/"
HEADLINE = "/dataset/conference-attendance/"
LOADS = "/dataset/loads/"
QUARTER = "/collection/quarters/1/"
CHILD = "Amira Okafor-Lind"
"""The child of the demo whom seven people look at."""
AFTER_THE_WORDS, COLUMN = "h2:text-is('People')", 605
"""Where the pages of two who read the same words begin to differ, and how wide that part is."""
PHONE = 360
"""Pixels of a phone's width."""
HAPPENED = "He came in with a bruise on his left cheek, in the form of a hand, and would not say from whom."
SAYS = "He asked to stay here until it is dark, and said that he likes it best when his aunt is there."
NOT_TOO_SOON = 6
"""Seconds after which the form believes that a person filled it in."""
TYPED = "/collection/returns/2/"
"""The return of a plain figure that waits to be checked, in the demo."""

AS_IT_STANDS = (
    Shot("people", "administrator", "/partnership/people/", 760),
    Shot("person", "administrator", "/partnership/people/", 900, opens="Lee Okonjo"),
    Shot("limit", "administrator", "/partnership/settings/limits/assessment/", 620),
    Shot("home", "board-manager", "/", 860, start="header"),
    Shot("worklist", "board-manager", "/worklist/?scope=all", 900, start="header"),
    Shot("scorecard", "analyst", "/dataset/", 900, start="header"),
    Shot("signals", "analyst", "/dataset/?show=signals&theme=Assessment+and+need", 900),
    Shot("indicator", "analyst", INTERVIEWS, 980),
    Shot("sources", "analyst", INTERVIEWS, 760, start="#sources", unfold="The SQL that counted it"),
    Shot("publishable", "analyst", f"{ALLEGATIONS}?version=publishable", 880),
    Shot("downloads", "analyst", "/dataset/downloads/", 760),
    Shot("definition", "analyst", f"{INTERVIEWS}definition-change/", 900),
    Shot("quality", "analyst", "/dataset/quality/", 700),
    Shot("quality-file", "analyst", "/dataset/quality/", 800, opens="missing-list-2026-04-21.csv"),
    Shot("agreements", "board-manager", "/collection/agreements/", 760),
    Shot("returns", "board-manager", "/collection/", 1000),
    Shot("publish-waits", "board-manager", f"{QUARTER}publish/", 860),
    Shot("audit", "board-manager", "/audit/", 900),
    Shot("questionnaires", "board-manager", "/questionnaire/", 700),
    Shot("commentary", "care-lead", "/questionnaire/", 900, opens="Quarterly commentary"),
    Shot("headline", "lay-member", HEADLINE, 960),
    Shot("what-followed", "lay-member", HEADLINE, 440, start="#commentary"),
    Shot("question", "lay-member", "/collection/questions/1/", 760),
    Shot("ask", "lay-member", "/collection/questions/about/conference-attendance/", 940),
    Shot("initial", "lay-member", "/dataset/conference-attendance-initial/", 900),
    Shot("review", "lay-member", "/dataset/conference-attendance-review/", 900),
    Shot("queue", "hub-worker", "/referral/", 900, start="header"),
    Shot("mirror", "school-lead", "/referral/mirror/", 1100),
    Shot("child-school", "school-lead", "/referral/", 900, opens=CHILD),
    Shot("child-hub-worker", "hub-worker", "/referral/", 1090, AFTER_THE_WORDS, CHILD, width=COLUMN),
    Shot("child-health-nurse", "health-nurse", "/referral/", 1000, AFTER_THE_WORDS, CHILD, width=COLUMN),
    Shot("answer", "care-lead", "/collection/questions/", 700, opens="Return home interviews"),
)
"""What can be seen in the demo before anybody does anything."""


class Stage:
    """The demo's pages in one browser, as each of its people: a profile for each, signed in once."""

    def __init__(self, browser: Browser, address: str, var: Path) -> None:
        self.browser, self.address, self.var = browser, address, var
        self.password = (var / "demo-password").read_text().strip()
        self.pages: dict[str, Page] = {}

    def open(self, role: str, path: str) -> Page:
        """A page as somebody sees it."""
        if role not in self.pages:
            self.pages[role] = self.browser.new_page(viewport={"width": WIDTH, "height": 800})
            self._sign_in(self.pages[role], role)
        page = self.pages[role]
        page.goto(self.address + path)
        if "/trust/purpose/" in page.url:
            page.locator("input[name=purpose]").first.check()
            press(page, "Continue")
        return page

    def _sign_in(self, page: Page, role: str) -> None:
        page.goto(f"{self.address}/account/login/")
        page.get_by_label("E-mail address").fill(EMAIL.format(role))
        page.get_by_label("Password", exact=True).fill(self.password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{self.address}/")


def main() -> None:
    """Make every picture, or say why none can be made."""
    if reason := why_no_browser():
        raise SystemExit(reason)
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, demo(Path(folder)) as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=LAUNCH_ARGUMENTS)
        stage = Stage(browser, address, Path(folder))
        for shot in AS_IT_STANDS:
            take(stage, shot)
        for act in (refer, work_at_the_hub, be_told, look_at_a_child, hand_in, send_back, publish):
            act(stage)
        browser.close()


def refer(stage: Stage) -> None:
    """A teacher refers a child from a phone, without an account, and gets a receipt."""
    page = stage.browser.new_page(viewport={"width": PHONE, "height": 740})
    page.goto(f"{stage.address}/refer/")
    keep(page, "refer-start", 1150, width=PHONE)
    page.get_by_label("No", exact=True).check()
    page.get_by_label("I work with children or families").check()
    press(page, "Start")
    page.get_by_label("What happened?").fill(HAPPENED)
    page.get_by_label("When did it happen?").fill("This morning")
    keep(page, "refer-happened", 1150, width=PHONE)
    press(page, "Continue")
    page.get_by_label("Given names").fill("Zeynep")
    for step in ("children", "home"):
        page.wait_for_url(f"**/refer/{step}/")
        press(page, "Continue")
    page.get_by_label("What does the child say?").fill(SAYS)
    press(page, "Continue")
    keep(page, "refer-help", 1150, width=PHONE)
    press(page, "Continue")
    press(page, "Continue")
    page.get_by_label("Your e-mail address").fill("teacher@school.example")
    press(page, "Continue")
    keep(page, "refer-check", 1150, width=PHONE)
    time.sleep(NOT_TOO_SOON)
    press(page, "Send it")
    keep(page, "refer-receipt", 1150, width=PHONE)


def work_at_the_hub(stage: Stage) -> None:
    """What the hub does with a contact, each step with the one that waits longest for it."""
    page = first_contact(stage, "hub-worker", "received")
    page.get_by_role("button", name="Screen it").click()
    keep(page, "screen", 900)
    page = first_contact(stage, "hub-worker", "screened")
    page.get_by_role("button", name="Ask agencies").click()
    keep(page, "ask-agencies", 900)
    page = first_contact(stage, "hub-manager", "gathering")
    keep(page, "contact", 700)
    page.get_by_role("button", name="Decide", exact=True).click()
    keep(page, "decide", 700)
    page = first_contact(stage, "hub-manager", "decided")
    page.get_by_role("button", name="Tell the referrer", exact=True).click()
    keep(page, "tell", 800)
    stage.open("police-unit", "/referral/")  # says what the session is for
    page = stage.open("police-unit", "/worklist/?scope=agency")
    page.get_by_role("main").get_by_role("link", name="Answer what is asked").first.click()
    keep(page, "answer-agency", 1100)


def be_told(stage: Stage) -> None:
    """A school reads what was decided about the child whom it told of last, and can disagree."""
    page = first_contact(stage, "school-lead", "closed")
    keep(page, "refer-told", 700)


def first_contact(stage: Stage, role: str, state: str) -> Page:
    """The first contact of the queue in a state, as somebody sees it."""
    page = stage.open(role, f"/referral/?state={state}")
    page.locator("tbody").get_by_role("link").first.click()
    return page


def look_at_a_child(stage: Stage) -> None:
    """Those who may not see the child find nothing; the manager restricts the record; governance looks on."""
    page = stage.open("hub-manager", "/referral/")
    page.get_by_role("main").get_by_role("link", name=CHILD).first.click()
    contact = page.url.removeprefix(stage.address)
    reference = page.title().split()[1]
    keep(stage.open("police-unit", contact), "child-police-before", 400, "header")
    keep(stage.open("allegations-officer", contact), "child-allegations-officer", 400, "header")
    page.get_by_role("link", name="Restrict or seal it").click()
    page.get_by_label("Restricted: only people who are named").check()
    page.get_by_label("Why").fill("A worker of the hub lives next door to the father's brother.")
    press(page, "Save")
    keep(stage.open("hub-manager", contact), "child-hub-manager", 760)
    page = stage.open("information-governance", "/trust/governance/")
    page.get_by_label("Reference of the record").fill(reference)
    press(page, "Show who looked")
    keep(page, "child-governance", 900)


def hand_in(stage: Stage) -> None:
    """The police hand in their list; the analyst looks at what was found in it."""
    old = stage.var / "example" / "lists" / "missing-list-2026-04-21.csv"
    new = stage.var / "missing-list-2026-05-05.csv"
    new.write_text("".join(old.read_text().splitlines(keepends=True)[:-1]))
    page = stage.open("agency-lead", f"{LOADS}new/")
    page.get_by_label("Files").set_input_files(new)
    keep(page, "hand-in", 900)
    press(page, "Hand in")
    page.get_by_role("heading", name="How it came").wait_for()
    page.get_by_text("Waiting for a decision").wait_for(timeout=WORK_WITHIN)
    load = page.url.removeprefix(stage.address)
    keep(stage.open("analyst", load), "load", 980)
    keep(stage.open("analyst", f"{load}confirm/"), "load-confirm", 620)


def send_back(stage: Stage) -> None:
    """The analyst sends a figure back; its agency puts it right and signs it off again."""
    page = stage.open("analyst", TYPED)
    page.get_by_label("Send it back").check()
    page.get_by_label("What must be put right").fill("August counts contacts twice: please count again.")
    keep(page, "check", 1330)
    press(page, "Save the decision")
    keep(stage.open("care-lead", "/"), "home-agency", 500, "header")
    keep(stage.open("care-lead", f"{QUARTER}agencies/csc/"), "agency", 700)
    page = stage.open("care-lead", "/collection/returns/2/figures/")
    keep(page, "figures", 860)
    press(page, "Save")
    page = stage.open("care-lead", f"{QUARTER}agencies/csc/sign-off/")
    keep(page, "sign-off", 620)
    page.get_by_label("I have checked these returns").check()
    press(page, "Sign off")


def publish(stage: Stage) -> None:
    """What waits is accepted, the quarter is published, and a member reads it."""
    for item in (1, 2):
        page = stage.open("analyst", f"/collection/returns/{item}/")
        page.get_by_label("Accept it").check()
        press(page, "Save the decision")
    page = stage.open("board-manager", f"{QUARTER}publish/")
    page.get_by_label("I know that").check()
    keep(page, "publish", 860)
    press(page, "Publish")
    until = time.monotonic() + WORK_WITHIN / 1000
    while page.get_by_text("Published", exact=True).count() == 0:
        if time.monotonic() > until:
            raise SystemExit("the quarter was not published")
        time.sleep(1)
        page = stage.open("board-manager", "/collection/")
    keep(stage.open("board-manager", "/collection/"), "returns-published", 700)
    keep(stage.open("board-manager", f"{QUARTER}reopen/"), "reopen", 520)
    keep(stage.open("member", "/dataset/"), "scorecard-published", 1150)


def press(page: Page, button: str) -> None:
    """Press a button and wait for the page after it. Raises SystemExit where that shows an error."""
    page.get_by_role("button", name=button, exact=True).click()
    page.wait_for_load_state("networkidle")
    if page.title().startswith("Error"):
        raise SystemExit(f"{page.url}: {page.locator('.govuk-error-summary').inner_text()}")


def take(stage: Stage, shot: Shot) -> None:
    """Make the picture of a page that nobody has to do anything on."""
    page = stage.open(shot.role, shot.path)
    if shot.opens:
        page.get_by_role("main").get_by_role("link", name=shot.opens).first.click()
    if shot.unfold:
        page.get_by_text(shot.unfold).first.click()
        page.evaluate("document.activeElement.blur()")
    keep(page, shot.name, shot.height, shot.start, shot.width)


def keep(page: Page, name: str, height: int, start: str = "main", width: int = WIDTH) -> None:
    """Keep a picture of a page as it stands. Raises SystemExit when it is larger than `LARGEST`."""
    page.wait_for_load_state("networkidle")
    y = page.locator(start).first.evaluate("start => start.getBoundingClientRect().top + window.scrollY")
    ends = page.locator("footer").last.evaluate("it => it.getBoundingClientRect().top + window.scrollY")
    file = IMAGES / f"{name}.png"
    area: FloatRect = {"x": 0, "y": y, "width": width, "height": min(height, ends - y)}
    page.screenshot(path=file, full_page=True, clip=area)
    size = file.stat().st_size
    print(f"{file.name:<24}{size / 1000:>6.0f} kB")
    if size > LARGEST:
        raise SystemExit(f"{file} is too large: {size} bytes, expected at most {LARGEST}")


@contextmanager
def demo(var: Path) -> Iterator[str]:
    """The demo, served on a free port: its address."""
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
        yield f"http://127.0.0.1:{port}"
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


if __name__ == "__main__":
    main()
