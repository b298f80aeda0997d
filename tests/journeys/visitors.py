"""People at a browser: one story, played with the mouse, without JavaScript, or by keyboard alone.

    lead = visit(ByKeyboard, cast.agency_lead)
    lead.follow("Returns")
    lead.tick("Accept it")
    lead.press("Save the decision")

A step waits for what it needs, never for a time. `ByKeyboard` clicks nothing: it tabs to what a screen reader
would call by that name, and fails where the eye could not see that the focus is there.
"""

import re
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, TimeoutError, expect

from tests.conftest import AS_EVERYBODY, PASSWORD

PATIENCE = 60_000
"""How long a step waits, in milliseconds: a machine may be busy."""

A_GLANCE = 10
"""How long a person looks for the focus, in seconds: a busy machine draws late."""

LOOK = """element => [element, ...(element.labels ?? [])].flatMap(one => [null, "::before"].map(part => {
  const style = getComputedStyle(one, part);
  return [style.outline, style.boxShadow, style.backgroundColor, style.borderColor, style.borderWidth].join();
})).join("|")"""
"""How an element looks, with its label: GOV.UK draws the focus of a radio button around its label's box."""

WHERE = """element => {
  const active = document.activeElement;
  if (active === element) return "here";
  const radios = one => one.type === "radio";
  if (radios(active) && radios(element) && active.name === element.name) return "group";
  const place = active === document.body ? 0 : active.compareDocumentPosition(element);
  return place & Node.DOCUMENT_POSITION_PRECEDING ? "before" : "after";
}"""
"""Where an element stands, seen from the focus; `group` says that the focus is on another of its radios."""

IS_SEEN = """element => {
  const [place, ...labels] = [element, ...(element.labels ?? [])].map(one => one.getBoundingClientRect());
  const isDrawnByLabel = ["radio", "checkbox"].includes(element.type);
  const shown = labels[0] && isDrawnByLabel ? labels[0] : place;
  return shown.height > 0 && shown.bottom > 0 && shown.top < innerHeight;
}"""

MOST_STOPS = 400
"""How often a person tabs on one page before the element counts as out of reach."""


class ByMouse:
    """A person who clicks and types."""

    javascript = True

    def __init__(self, page: Page, home: str) -> None:
        self.page, self.home = page, home
        page.set_default_timeout(PATIENCE)

    def go(self, path: str) -> None:
        """Type an address."""
        self.page.goto(f"{self.home}{path}")

    def sign_in(self, email: str, password: str = PASSWORD) -> None:
        """Sign in on the page for it."""
        self.go("/account/login/")
        self.fill("E-mail address", email)
        self.fill("Password", password)
        self.press("Sign in")
        self.sees_heading("Home")

    def follow(self, name: str) -> None:
        """Follow the link whose name holds this, or the button that is one."""
        links = self.page.get_by_role("link", name=name).or_(
            self.page.get_by_role("button", name=name).and_(self.page.locator("a"))
        )
        self._leave(links.first)

    def press(self, name: str) -> None:
        """Press the button, which opens the next page or the same one with what is wrong."""
        self._leave(self.page.get_by_role("button", name=name, exact=True).first)

    def fill(self, label: str, text: object) -> None:
        """Type into the box, in place of what stands there."""
        self._labelled(label).fill(str(text))

    def fill_day(self, legend: str, day: date) -> None:
        """Type a day into the three boxes of its group."""
        group = self.page.get_by_role("group", name=legend)
        for part, value in {"Day": day.day, "Month": day.month, "Year": day.year}.items():
            self._type(group.get_by_label(part, exact=True), str(value))

    def tick(self, label: str, within: str = "") -> None:
        """Tick a box or choose a radio button; `within` names its group where the label alone does not."""
        place = self.page.get_by_role("group", name=within) if within else self.page
        self._tick(place.get_by_label(_whole(label)))

    def choose(self, label: str, option: str) -> None:
        """Choose an option of a list."""
        self._labelled(label).select_option(option)

    def attach(self, label: str, file: Path) -> None:
        """Choose a file of one's own."""
        self._labelled(label).set_input_files(file)

    def sees(self, text: str) -> None:
        """Read this somewhere on the page."""
        expect(self.page.get_by_text(text).first).to_be_visible(timeout=PATIENCE)

    def does_not_see(self, text: str) -> None:
        """Look in vain for exactly this on the page."""
        expect(self.page.get_by_text(text, exact=True)).to_have_count(0, timeout=PATIENCE)

    def sees_heading(self, text: str) -> None:
        """Read this as the heading of the page."""
        expect(self.page.get_by_role("heading", level=1, name=text)).to_be_visible(timeout=PATIENCE)

    def sees_problem(self, label: str, said: str) -> None:
        """Read what is wrong in the summary, and beside the box that it is about."""
        assert self.page.title().startswith("Error: ")
        expect(self.page.locator(".govuk-error-summary")).to_contain_text(said)
        box = self._labelled(label)
        beside = self.page.locator(f"[id='{(box.get_attribute('aria-describedby') or '').split()[-1]}']")
        expect(beside).to_contain_text(said)

    def _labelled(self, label: str) -> Locator:
        return self.page.get_by_label(_whole(label))

    def _type(self, box: Locator, text: str) -> None:
        box.fill(text)

    def _tick(self, box: Locator) -> None:
        box.check()

    def _leave(self, element: Locator) -> None:
        with self.page.expect_navigation():
            element.click()


class WithoutJavaScript(ByMouse):
    """A person whose browser runs no script."""

    javascript = False


class ByKeyboard(ByMouse):
    """A person who has no mouse, or no hand for one."""

    def fill(self, label: str, text: object) -> None:
        """Tab to the box and type, in place of what stands there."""
        self._type(self._labelled(label), str(text))

    def choose(self, label: str, option: str) -> None:
        """Tab to the list and type the option's first letters, as the browser offers it."""
        box = self._labelled(label)
        self._reach(box)
        self.page.keyboard.type(option)
        assert box.evaluate("list => list.selectedOptions[0].text") == option

    def attach(self, label: str, file: Path) -> None:
        """Tab to the button and open the window in which a file is chosen.

        On a busy machine a key press may be too old to open a window by then: it is pressed again.
        """
        self._reach(self._labelled(label))
        for tries_left in (2, 1, 0):
            try:
                with self.page.expect_file_chooser(timeout=PATIENCE) as window:
                    self.page.keyboard.press("Enter")
            except TimeoutError:
                if not tries_left:
                    raise
            else:
                window.value.set_files(file)
                return

    def _type(self, box: Locator, text: str) -> None:
        self._reach(box)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)
        assert box.input_value() == text

    def _tick(self, box: Locator) -> None:
        self._reach(box)
        if not box.is_checked():
            self.page.keyboard.press("Space")
        assert box.is_checked()

    def _leave(self, element: Locator) -> None:
        self._reach(element)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def _reach(self, element: Locator) -> None:
        """Move the focus to an element; fails where it cannot be reached, or not be seen to be there."""
        handle = element.element_handle(timeout=PATIENCE)
        without = handle.evaluate(LOOK)
        already = handle.evaluate(WHERE) == "here"
        for _ in range(MOST_STOPS):
            where = handle.evaluate(WHERE)
            if where == "here":
                break
            key = {"before": "Shift+Tab", "after": "Tab", "group": "ArrowDown"}[where]
            self.page.keyboard.press(key)
        else:
            raise AssertionError(f"{element} cannot be reached by keyboard")
        # A browser scrolls to the focus, and draws it, in a frame after the key press.
        _comes_true(lambda: handle.evaluate(IS_SEEN), f"{element} has the focus outside the window")
        _comes_true(
            lambda: already or handle.evaluate(LOOK) != without, f"nothing shows that {element} has the focus"
        )


def ways(*kinds: type[ByMouse]) -> pytest.MarkDecorator:
    """Play a journey in these ways, as `kind`: in the first on every push, in all with `make prove`."""
    return pytest.mark.parametrize("kind", kinds if AS_EVERYBODY else kinds[:1])


def _comes_true(said: Callable[[], bool], otherwise: str) -> None:
    """Wait until what is said of the page is so, as a person would who looks at it."""
    until = time.monotonic() + A_GLANCE
    while not said():
        assert time.monotonic() < until, otherwise
        time.sleep(0.02)


def _whole(label: str) -> re.Pattern[str]:
    """A label from its beginning to its end; the form says itself what is optional."""
    return re.compile(rf"^\s*{re.escape(label)}(\s+\(optional\))?\s*$")


@pytest.fixture
def visit(browser, live_server):
    """A function that gives a person a browser window of their own: `visit(ByMouse, cast.analyst)`.

    Without a person nobody has signed in yet.
    """
    contexts = []

    def open_window(kind: type[ByMouse], user: object | None = None) -> ByMouse:
        context = browser.browser.new_context(
            java_script_enabled=kind.javascript, viewport={"width": 1280, "height": 900}
        )
        contexts.append(context)
        visitor = kind(context.new_page(), live_server.url)
        if user is not None:
            visitor.sign_in(user.email)
        return visitor

    yield open_window
    for context in contexts:
        context.close()
