"""The login in a browser: the page, the way in, the name in the header, the way out; nothing from outside."""

import pytest

from glassviz.accounts import Accounts
from tests.pages.conftest import fill
from tests.served import Served


@pytest.fixture(scope="module")
def group(tmp_path_factory):
    home = tmp_path_factory.mktemp("group")
    fill(home)
    Accounts(home / "users.json").add("ann", "teacher", "correct horse")
    server = Served(home, "--auth", "basic")
    yield server
    server.stop()


def test_login_and_logout(group, browser):
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(60_000)
    outside, complaints = [], []
    page.on(
        "request", lambda r: outside.append(r.url) if not r.url.startswith((group.address, "data:", "blob:")) else 0
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(group.address + "/app?time_axis=scaled")
    assert "/login" in page.url
    page.get_by_label("Name").fill("ann")
    page.get_by_label("Password").fill("wrong password")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("alert").get_by_text("Name or password is wrong.").wait_for()
    assert page.get_by_label("Name").input_value() == "ann"
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Log in").click()
    page.get_by_text("ann", exact=True).wait_for()
    assert "time_axis=scaled" in page.url
    page.get_by_role("link", name="Log out").click()
    page.get_by_text("You have logged out.").wait_for()
    page.goto(group.address + "/app")
    page.get_by_label("Password").wait_for()
    context.close()
    assert not outside
    assert not complaints
