"""The partnership's pages and one's own account in a browser; an account made, used and closed; a passkey."""

import re

import pytest
from django.core import mail

from sightline.core.models import Agency, User
from tests.conftest import PASSWORD, looked_at_once_more
from tests.journeys.browser import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OF_ONESELF = {
    "account": "/account/",
    "app-remove": "/account/app/remove/",
    "recovery-codes-new": "/account/recovery-codes/new/",
    "confirm-code": "/account/confirm/code/",
}


@pytest.fixture
def looked_at(axe_violations, screenshot):
    """A function that looks at the page that is open, on a telephone and on a desktop."""

    def look(page, name: str) -> None:
        for width, size in {"phone": PHONE, "desktop": DESKTOP}.items():
            page.set_viewport_size(size)
            screenshot(page, f"{name}-{width}")
            assert axe_violations(page) == [], (name, width)
            fits = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            assert fits, f"{name} scrolls sideways on a {width}"

    return look


def sign_in(page, user, password: str = PASSWORD) -> None:
    page.goto(page.url_of("/account/login/"))
    page.get_by_label("E-mail address").fill(user.email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def confirm(page) -> None:
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()


def heading(page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


@pytest.fixture
def passkeys(browser_page):
    """A device that keeps passkeys, and unlocks itself, as Chromium's own tools pretend one."""
    tools = browser_page.context.new_cdp_session(browser_page)
    tools.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    kept = tools.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    yield lambda is_there: tools.send("WebAuthn.setUserVerified", {**kept, "isUserVerified": is_there})
    tools.send("WebAuthn.disable")


def test_a_passkey_is_added_signs_in_confirms_and_is_removed(
    cast, browser_page, passkeys, looked_at, settings
):
    page, complaints = browser_page, []
    page.on("console", lambda message: complaints.append(message.text))
    sign_in(page, cast.analyst)
    page.goto(page.url_of("/account/"))
    looked_at(page, "account-password-alone")
    page.get_by_role("link", name="Add passkeys").click()
    looked_at(page, "confirm-password")
    confirm(page)
    looked_at(page, "passkey-add")
    page.get_by_label("Name").fill("Work laptop")
    page.get_by_role("button", name="Add the passkey").click()
    page.wait_for_url("**/account/recovery-codes/")
    looked_at(page, "recovery-codes")
    page.goto(page.url_of("/account/passkeys/"))
    assert page.get_by_role("heading", name="Work laptop").is_visible()
    looked_at(page, "passkeys")
    page.get_by_role("link", name="Sign out").click()
    page.get_by_role("button", name="Sign out").click()

    looked_at(page, "sign-in-with-passkey")
    page.get_by_role("button", name="Use a passkey instead").click()
    page.wait_for_url(page.url_of("/"))
    assert heading(page) == "Home"

    page.goto(page.url_of("/account/confirm/passkey/?next=/account/passkeys/"))
    looked_at(page, "confirm-passkey")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/account/passkeys/")
    page.get_by_role("link", name="Rename Work laptop").click()
    looked_at(page, "passkey-rename")
    page.get_by_label("Name").fill("Old laptop")
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("link", name="Remove Old laptop").click()
    looked_at(page, "passkey-remove")
    page.get_by_role("button", name="Remove the passkey").click()
    assert page.get_by_text("You have none yet").is_visible()
    assert complaints == []


def test_a_passkey_after_the_password_and_one_that_is_not_unlocked(cast, browser_page, passkeys, looked_at):
    page = browser_page
    sign_in(page, cast.analyst)
    page.goto(page.url_of("/account/passkeys/add/"))
    confirm(page)
    page.get_by_role("button", name="Add the passkey").click()
    page.wait_for_url("**/account/recovery-codes/")
    page.context.clear_cookies()
    sign_in(page, cast.analyst)
    assert heading(page) == "Enter a code"
    assert not page.get_by_text("Nothing came from the passkey").is_visible()
    looked_at(page, "code-or-passkey")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(page.url_of("/"))
    page.context.clear_cookies()
    passkeys(False)
    page.goto(page.url_of("/account/login/"))
    page.get_by_role("button", name="Use a passkey instead").click()
    page.get_by_text("Nothing came from the passkey").wait_for()
    looked_at(page, "sign-in-passkey-problem")


def test_an_app_is_set_up_by_keyboard_without_javascript(cast, live_server, browser, looked_at):
    from tests.pages.test_sign_in import code

    page = browser.browser.new_context(java_script_enabled=False).new_page()
    page.url_of = lambda path: f"{live_server.url}{path}"
    sign_in(page, cast.member)
    page.goto(page.url_of("/account/app/set-up/"))
    confirm(page)
    secret = page.locator(".app-code").inner_text().replace(" ", "")
    page.get_by_label("Code").fill("000000")
    page.keyboard.press("Enter")
    page.locator(".govuk-error-summary").wait_for()
    assert page.title().startswith("Error: ")
    assert page.locator(".app-code").inner_text().replace(" ", "") == secret
    page.get_by_label("Code").fill(code(secret))
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/recovery-codes/")
    codes = page.locator("li.app-code").all_inner_texts()
    page.context.clear_cookies()
    sign_in(page, cast.member)
    assert heading(page) == "Enter a code"
    assert not page.get_by_role("button", name="Use a passkey").is_visible()
    page.get_by_label("Code").fill(codes[0])
    page.keyboard.press("Enter")
    page.wait_for_url(page.url_of("/"))
    page.close()


@looked_at_once_more
def test_the_pages_of_the_second_factor_have_no_barrier_and_fit(cast, browser_page, looked_at):
    from tests.pages.test_sign_in import code

    page = browser_page
    sign_in(page, cast.lay_member)
    page.goto(page.url_of("/account/app/set-up/"))
    confirm(page)
    looked_at(page, "app-set-up")
    secret = page.locator(".app-code").inner_text().replace(" ", "")
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Set up the app").click()
    looked_at(page, "app-set-up-error")
    page.get_by_label("Code").fill(code(secret))
    page.get_by_role("button", name="Set up the app").click()
    for name in ("account", "app-remove", "recovery-codes-new", "confirm-code"):
        page.goto(page.url_of(OF_ONESELF[name]))
        looked_at(page, name)


def test_an_administrator_adds_a_person_who_signs_in_and_is_shown_out_again(
    cast, browser_page, signed_in, work, looked_at
):
    page = browser_page
    sign_in(page, cast.administrator)
    page.get_by_role("link", name="Partnership", exact=True).click()
    page.get_by_role("link", name="People and roles").click()
    page.get_by_role("button", name="Add a person").click()
    page.get_by_label("Full name").fill("Nia Newby")
    page.get_by_label("E-mail address").fill("nia@addiscombe-vale.example")
    page.get_by_label("Agency (optional)").select_option("Addiscombe Vale police")
    page.get_by_label("Member", exact=True).check()
    page.get_by_role("button", name="Add and send the link").click()
    assert "was sent to nia@addiscombe-vale.example" in page.get_by_role("alert").inner_text()
    work()
    link = re.search(r"http://localhost:8000(\S+)", mail.outbox[0].body)[1]
    page.context.clear_cookies()
    page.goto(page.url_of(link))
    looked_at(page, "choose-password")
    page.get_by_label("New password", exact=True).fill("a-new-invented-phrase")
    page.get_by_label("New password again").fill("a-new-invented-phrase")
    page.get_by_role("button", name="Save the password").click()
    page.get_by_role("link", name="sign in").click()
    nia = User.objects.get(email="nia@addiscombe-vale.example")
    assert nia.agency == Agency.objects.get(code="avpol")
    sign_in(page, nia, "a-new-invented-phrase")
    assert heading(page) == "Home"
    administrator = signed_in(cast.administrator)
    administrator.post(f"/partnership/people/{nia.pk}/close/")
    page.reload()
    assert heading(page) == "Sign in"
