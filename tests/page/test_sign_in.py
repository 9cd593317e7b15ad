"""Coming in: the link of the first start, a password, a passkey; and what is said to whom it does not let in."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from passerby.rules.access import Role
from tests.page.conftest import PASSWORD, PHONE, WIDE, Serve, Serving, Tab, add_user, playwright

OpenTab = Callable[..., Tab]
expect = playwright.expect


@pytest.fixture
def fresh(serve: Serve, tmp_path: Path) -> Serving:
    return serve(tmp_path / "data")


@pytest.fixture(scope="module")
def house(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Serving:
    """Where kim may do all."""
    data = tmp_path_factory.mktemp("house") / "data"
    add_user(data, "kim", *Role)
    return serve(data)


def make_first_user(tab: Tab, link: str) -> None:
    tab.page.goto(link)
    tab.page.get_by_label("Name").fill("kim")
    tab.page.get_by_label("Password", exact=True).fill(PASSWORD)
    tab.page.get_by_label("Repeat password").fill(PASSWORD)
    tab.page.get_by_role("button", name="Create user and sign in").click()
    expect(tab.page.get_by_role("heading", name="No cameras yet")).to_be_visible()


def test_the_link_makes_the_first_user_who_signs_out_and_in(
    fresh: Serving, open_tab: OpenTab, shoot: Callable[[Tab, str], None], tmp_path: Path
) -> None:
    assert fresh.link is not None
    tab = open_tab(fresh.base)
    tab.go("")
    expect(tab.page.get_by_text("There are no users yet")).to_be_visible()
    tab.page.goto(fresh.link)
    tab.page.get_by_label("Password", exact=True).fill("one")
    tab.page.get_by_label("Repeat password").fill("another")
    expect(tab.page.get_by_text("The passwords do not match.")).to_be_visible()
    expect(tab.page.get_by_text("At least 12 characters.")).to_be_visible()
    tab.page.get_by_label("Name").fill("kim lee")
    tab.page.get_by_label("Repeat password").fill("one")
    tab.page.get_by_role("button", name="Create user and sign in").click()
    assert tab.page.locator("input:invalid").count() == 2, "the browser says so, beside the field: a space, too short"
    expect(tab.page.get_by_role("alert")).to_have_count(0)
    shoot(tab, "set-up")
    make_first_user(tab, fresh.link)
    assert "set-up" not in tab.page.url, "the link is not left in the address"
    shoot(tab, "no-cameras")

    tab.page.get_by_role("button", name="Sign out").click()
    expect(tab.page.get_by_role("heading", name="Sign in")).to_be_visible()
    shoot(tab, "sign-in")
    tab.sign_in()
    expect(tab.page.get_by_role("link", name="Timeline")).to_be_visible()

    again = open_tab(fresh.base, PHONE, is_mobile=True, has_touch=True)
    again.page.goto(fresh.link)
    expect(again.page.get_by_text("The first user has already been created")).to_be_visible()
    again.sign_in()
    assert again.fits()
    again.page.get_by_role("button", name="More").tap()
    expect(again.page.get_by_role("dialog")).to_be_visible()
    shoot(again, "phone-more")
    again.page.get_by_role("button", name="Sign out").tap()
    expect(again.page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert again.fits()
    shoot(again, "phone-sign-in")


def test_who_forgot_the_password_sets_another_with_the_link_of_the_command(
    serve: Serve, open_tab: OpenTab, shoot: Callable[[Tab, str], None], tmp_path: Path
) -> None:
    add_user(tmp_path / "data", "kim", Role.ADMIN)
    serving = serve(tmp_path / "data")
    words = [sys.executable, "-m", "passerby", "user", "reset", "kim", "--data", str(tmp_path / "data")]
    said = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60).stdout
    link = next(line.strip() for line in said.splitlines() if "#/reset/" in line)
    assert link.startswith(f"{serving.base}/#/reset/kim/")
    for size, new in ((PHONE, None), (WIDE, "another pass phrase")):
        tab = open_tab(serving.base, size)
        tab.page.goto(link)
        expect(tab.page.get_by_role("heading", name="New password for kim")).to_be_visible()
        assert tab.fits()
        shoot(tab, f"reset-{size['width']}")
        if new:
            tab.page.get_by_label("New password", exact=True).fill(new)
            tab.page.get_by_label("Repeat new password").fill(new)
            tab.page.get_by_role("button", name="Set password and sign in").click()
            expect(tab.page.get_by_role("button", name="Sign out")).to_be_visible()
            assert "reset" not in tab.page.url, "the link is not left in the address"
    again = open_tab(serving.base)
    again.page.goto(link)
    for label in ("New password", "Repeat new password"):
        again.page.get_by_label(label, exact=True).fill(PASSWORD)
    again.page.get_by_role("button", name="Set password and sign in").click()
    expect(again.page.get_by_role("alert")).to_contain_text("This link no longer works")
    shoot(again, "reset-used")
    again.wrong[:] = [each for each in again.wrong if "403" not in each]  # the browser itself notes the refusal


def test_a_wrong_password_is_said_in_the_apis_words(house: Serving, open_tab: OpenTab) -> None:
    tab = open_tab(house.base)
    tab.go("")
    tab.page.get_by_label("Name").fill("kim")
    tab.page.get_by_label("Password").fill("not it at all")
    tab.page.get_by_role("button", name="Sign in").click()
    expect(tab.page.get_by_role("alert")).to_have_text("The name or password is wrong.")
    tab.wrong[:] = [each for each in tab.wrong if "401" not in each]  # the browser itself notes the refusal


def test_who_cannot_be_signed_out_is_told(house: Serving, open_tab: OpenTab, shoot: Callable[[Tab, str], None]) -> None:
    tab = open_tab(house.base)
    tab.sign_in()
    tab.go("#/about")
    expect(tab.page.get_by_role("heading", name="About this installation")).to_be_visible()
    tab.page.context.set_offline(True)
    tab.page.get_by_role("button", name="Sign out").click()
    expect(tab.page.get_by_role("alert")).to_contain_text("Passerby is not responding")
    shoot(tab, "not-signed-out")
    tab.page.context.set_offline(False)
    tab.page.get_by_role("button", name="Sign out").click()
    expect(tab.page.get_by_role("alert")).to_have_count(0)
    tab.wrong[:] = [each for each in tab.wrong if "ERR_INTERNET_DISCONNECTED" not in each]


def test_a_passkey_signs_in(house: Serving, open_tab: OpenTab) -> None:
    tab = open_tab(house.base, WIDE)
    tab.sign_in()
    expect(tab.page.get_by_role("link", name="Live")).to_be_visible()
    devtools = tab.page.context.new_cdp_session(tab.page)
    devtools.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options = {"options": {**key, "isUserVerified": True, "automaticPresenceSimulation": True}}
    devtools.send("WebAuthn.addVirtualAuthenticator", options)
    # The section where somebody adds one is another's test: here the browser does it as that section would.
    made = tab.page.evaluate(
        """async () => {
          const ask = async (path, body) => (await fetch(path, {method: "POST", body: JSON.stringify(body),
            headers: {"Content-Type": "application/json",
                      "X-Passerby-CSRF": (await (await fetch("/api/session")).json()).csrf_token}})).json();
          const {asked, options} = await ask("/api/self/passkeys/options");
          const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
          const credential = (await navigator.credentials.create({publicKey})).toJSON();
          return ask("/api/self/passkeys", {asked, credential, name: "laptop"});
        }"""
    )
    assert made["name"] == "laptop"
    tab.page.get_by_role("button", name="Sign out").click()
    tab.page.get_by_role("button", name="Use a passkey").click()
    expect(tab.page.get_by_role("button", name="Sign out")).to_be_visible()
