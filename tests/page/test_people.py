"""People on the page: what each role is shown, users, passkeys, tokens, who looked; and what the public reads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from passerby.access import Installation
from passerby.access.cameras import CameraFacts
from passerby.config import parse_config
from passerby.rules.access import Role
from tests.page.conftest import PASSWORD, PHONE, Serve, Serving, Tab, add_user, playwright
from tests.streets import Street

OpenTab = Callable[..., Tab]
expect = playwright.expect
ABOUT = '[about]\ntitle = "Hill School"\noperator = "The facilities office"\n'
IN_FILE = '[[camera]]\nname = "hall"\naddress = "rtsp://192.0.2.7/x"\nis_enabled = false\n'
NOTHING_HERE = "This page is not available"


@pytest.fixture(scope="module")
def school(serve: Serve, street: Street, tmp_path_factory: pytest.TempPathFactory) -> Serving:
    """Two cameras, one in a group; a user for each kind of role."""
    data = tmp_path_factory.mktemp("school") / "data"
    data.mkdir()
    add_user(data, "kim", Role.ADMIN, Role.OPERATOR, Role.PRIVACY_OFFICER)
    add_user(data, "lee", Role.VIEWER)
    add_user(data, "ann", Role.AUDITOR)
    installation = Installation(data, parse_config({"sources": {"files": True}}))
    try:
        installation.groups.add("gates", "The gates")
        for name, title, groups in (("north", "", frozenset({"gates"})), ("office", "Office door", frozenset[str]())):
            installation.cameras.add(name, CameraFacts(title=title, address=f"file:{street.path}", groups=groups))
    finally:
        installation.close()
    return serve(data, f"[sources]\nfiles = true\n{ABOUT}{IN_FILE}")


def sections(tab: Tab) -> list[str]:
    expect(tab.page.get_by_role("button", name="Sign out")).to_be_visible()
    links = tab.page.locator("nav.side .section-link").all_inner_texts()
    return [each.splitlines()[0] for each in links]  # a count of cameras that need attention may follow


def test_nobody_is_shown_what_they_may_not_do(school: Serving, open_tab: OpenTab) -> None:
    viewer = open_tab(school.base)
    viewer.sign_in("lee")
    assert sections(viewer) == ["Live", "Timeline", "Events", "Health", "Map", "Cameras", "People", "Settings", "About"]
    viewer.go("#/cameras")
    expect(viewer.page.get_by_role("row").filter(has_text="north")).to_be_visible()
    assert viewer.page.get_by_role("link", name="Add a camera").count() == 0
    viewer.go("#/cameras/new")
    expect(viewer.page.get_by_text("Only admins can add and change cameras")).to_be_visible()
    viewer.go("#/people/me")
    expect(viewer.page.get_by_role("heading", name="Passkeys")).to_be_visible()
    assert viewer.page.locator(".tabs a").all_inner_texts() == ["My account"]
    for typed in ("people/users", "people/groups", "people/audit", "redact", "nothing"):
        viewer.go(f"#/{typed}")
        expect(viewer.page.get_by_text(NOTHING_HERE)).to_be_visible()
    viewer.go("#/settings")
    expect(viewer.page.get_by_role("heading", name="Display")).to_be_visible()
    assert viewer.page.get_by_text("server.port").count() == 0

    auditor = open_tab(school.base)
    auditor.sign_in("ann")
    assert sections(auditor) == ["Health", "Map", "Cameras", "People", "Settings", "About"]
    for typed in ("live", "timeline/north"):
        auditor.go(f"#/{typed}")
        expect(auditor.page.get_by_text(NOTHING_HERE)).to_be_visible()
    auditor.go("#/health/north")
    expect(auditor.page.get_by_text("Your roles let you see the health of the camera")).to_be_visible()
    auditor.go("#/people/users")
    expect(auditor.page.get_by_role("row").filter(has_text="lee")).to_be_visible()
    assert auditor.page.get_by_role("button", name="Add a user").count() == 0


def test_a_camera_that_is_kept_in_the_file_is_not_changed_on_the_page(school: Serving, open_tab: OpenTab) -> None:
    tab = open_tab(school.base)
    tab.sign_in()
    tab.go("#/cameras")
    expect(tab.page.get_by_role("link", name="Change north")).to_be_visible()
    expect(tab.page.get_by_role("row").filter(has_text="hall")).to_contain_text("In config file")
    assert tab.page.get_by_role("link", name="Change hall").count() == 0
    tab.go("#/cameras/change/hall")
    expect(tab.page.get_by_text("it is defined in the configuration file")).to_be_visible()


def test_a_group_is_renamed(school: Serving, open_tab: OpenTab, shoot: Callable[[Tab, str], None]) -> None:
    admin = open_tab(school.base)
    admin.sign_in()
    admin.go("#/people/groups")
    rename = admin.page.get_by_role("button", name="Rename The gates")
    beside = admin.page.get_by_role("button", name="Remove The gates")
    expect(rename).to_be_visible()
    tops = [each.evaluate("it => it.getBoundingClientRect().top") for each in (rename, beside)]
    assert tops[0] == tops[1], "in one line, however narrow the column is"
    rename.click()
    dialog = admin.page.get_by_role("dialog")
    dialog.get_by_label("Title").fill("Gates and doors")
    shoot(admin, "group-rename")
    dialog.get_by_role("button", name="Save").click()
    expect(admin.page.get_by_role("row").filter(has_text="Gates and doors")).to_contain_text("gates")
    admin.page.get_by_role("button", name="Rename Gates and doors").click()
    dialog.get_by_label("Title").fill("The gates")
    dialog.get_by_role("button", name="Save").click()
    expect(admin.page.get_by_role("row").filter(has_text="The gates")).to_be_visible()


def test_a_group_may_be_called_something_that_is_not_in_latin_letters(school: Serving, open_tab: OpenTab) -> None:
    admin = open_tab(school.base)
    admin.sign_in()
    admin.go("#/people/groups")
    for title, name in (("Школьный двор", "group-2"), ("校庭", "group-3")):
        admin.page.get_by_label("Title").fill(title)
        expect(admin.page.get_by_text(f"In addresses: {name}")).to_be_visible()
        admin.page.get_by_role("button", name="Add a group").click()
        expect(admin.page.get_by_role("row").filter(has_text=title)).to_contain_text(name)
    for title in ("Школьный двор", "校庭"):
        admin.page.get_by_role("button", name=f"Remove {title}").click()
        admin.page.get_by_role("button", name="Remove group").click()
        expect(admin.page.get_by_role("row").filter(has_text=title)).to_have_count(0)


def test_who_has_several_roles_reads_what_they_may_in_sum(
    school: Serving, open_tab: OpenTab, shoot: Callable[[Tab, str], None]
) -> None:
    tab = open_tab(school.base, PHONE, is_mobile=True, has_touch=True)
    tab.sign_in()
    tab.go("#/people/me")
    tab.page.get_by_text("Show all").click()
    expect(tab.page.get_by_text("Read the audit")).to_be_visible()
    expect(tab.page.get_by_text("Redact files")).to_be_visible()
    expect(tab.page.get_by_text("Cannot watch")).to_have_count(0)
    shoot(tab, "me-phone")
    tab.go("#/people/audit")
    for each in ("My account", "Users", "Camera groups", "Audit"):
        expect(tab.page.locator(".tabs").get_by_role("link", name=each)).to_be_in_viewport(ratio=1)
    shoot(tab, "audit-phone")
    assert tab.fits()


def test_a_user_is_made_who_sees_their_group_and_nothing_else(
    school: Serving, open_tab: OpenTab, shoot: Callable[[Tab, str], None]
) -> None:
    admin = open_tab(school.base)
    admin.sign_in()
    admin.go("#/people/users")
    admin.page.get_by_role("button", name="Add a user").click()
    dialog = admin.page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("max")
    dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    dialog.get_by_label("Viewer").check()
    expect(dialog.get_by_text("they see no pictures")).to_be_visible()
    dialog.get_by_label("The gates").check()
    shoot(admin, "user-new")
    dialog.get_by_label("Name", exact=True).fill("lee")
    dialog.get_by_role("button", name="Add a user").click()
    expect(dialog.get_by_role("alert")).to_be_in_viewport()
    shoot(admin, "user-refused")
    admin.wrong[:] = [each for each in admin.wrong if "422" not in each]  # the browser itself notes the refusal
    dialog.get_by_label("Name", exact=True).fill("max")
    dialog.get_by_role("button", name="Add a user").click()
    expect(admin.page.get_by_role("row").filter(has_text="max")).to_contain_text("The gates")

    tab = open_tab(school.base, PHONE, is_mobile=True, has_touch=True)
    tab.sign_in("max")
    tab.go("#/cameras")
    expect(tab.page.get_by_text("north", exact=True)).to_be_visible()
    assert tab.page.get_by_text("office", exact=True).count() == 0 and tab.fits()
    expect(tab.page.get_by_text("The gates")).to_be_visible()
    tab.go("#/people/me")
    expect(tab.page.get_by_text("The gates")).to_be_visible()

    admin.page.get_by_role("button", name="Change max").click()
    admin.page.keyboard.press("Escape")
    expect(admin.page.get_by_role("button", name="Change max")).to_be_focused()
    admin.page.get_by_role("button", name="Change max").click()
    dialog.get_by_label("Locked").check()
    dialog.get_by_role("button", name="Save").click()
    expect(admin.page.get_by_role("row").filter(has_text="max")).to_contain_text("Locked")
    tab.go("#/live")
    expect(tab.page.get_by_role("heading", name="Sign in")).to_be_visible()
    tab.wrong[:] = [each for each in tab.wrong if "401" not in each and "WebSocket" not in each]

    admin.page.get_by_role("button", name="Change max").click()
    dialog.get_by_role("button", name="Remove user").click()
    admin.page.get_by_role("dialog").get_by_role("button", name="Remove user").click()
    expect(admin.page.get_by_role("row").filter(has_text="max")).to_have_count(0)


def test_a_passkey_is_added_signs_in_and_is_removed(school: Serving, open_tab: OpenTab) -> None:
    tab = open_tab(school.base)
    tab.sign_in("lee")
    expect(tab.page.get_by_role("button", name="Sign out")).to_be_visible()
    devtools = tab.page.context.new_cdp_session(tab.page)
    devtools.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options = {"options": {**key, "isUserVerified": True, "automaticPresenceSimulation": True}}
    devtools.send("WebAuthn.addVirtualAuthenticator", options)
    tab.go("#/people/me")
    tab.page.get_by_label("Passkey name").fill("telephone")
    tab.page.get_by_role("button", name="Add a passkey").click()
    expect(tab.page.get_by_role("button", name="Remove telephone")).to_be_visible()
    tab.page.get_by_role("button", name="Sign out").first.click()
    tab.page.get_by_role("button", name="Use a passkey").click()
    tab.page.get_by_role("button", name="Remove telephone").click()
    tab.page.get_by_role("button", name="Remove passkey").click()
    expect(tab.page.get_by_text("No passkeys yet.")).to_be_visible()


def test_a_token_is_shown_once_and_works(school: Serving, open_tab: OpenTab, shoot: Callable[[Tab, str], None]) -> None:
    tab = open_tab(school.base, permissions=["clipboard-write"])
    tab.sign_in("lee")
    tab.go("#/people/me")
    tab.page.get_by_role("button", name="Create a token").click()
    dialog = tab.page.get_by_role("dialog")
    assert dialog.get_by_label("Add and change cameras").count() == 0, "nothing that they may not do"
    dialog.get_by_label("Token name").fill("wall; screen")
    assert dialog.locator("input:invalid").count() == 1, "said before it is sent"
    dialog.get_by_label("Token name").fill("écran мир 2")
    assert dialog.locator("input:invalid").count() == 0
    dialog.get_by_label("Token name").fill("wall screen")
    dialog.get_by_label("See the list of cameras").check()
    dialog.get_by_role("button", name="Create a token").click()
    token = tab.page.locator(".shown-once").inner_text()
    tab.page.get_by_role("button", name="Copy").click()
    expect(tab.page.get_by_text("Copied.")).to_be_visible()
    assert tab.page.evaluate("document.querySelector('.toasts').matches(':popover-open')"), "above the dialog"
    shoot(tab, "token-copied")
    tab.page.get_by_role("button", name="Done").click()
    assert token not in tab.page.content()
    answered = tab.page.request.get(f"{school.base}/api/cameras", headers={"Authorization": f"Bearer {token}"})
    assert answered.ok
    tab.page.get_by_role("button", name="Remove wall screen").click()
    tab.page.get_by_role("button", name="Revoke token").click()
    expect(tab.page.get_by_text("No tokens yet.")).to_be_visible()


def test_who_looked_is_shown_to_who_may_read_it(
    school: Serving, open_tab: OpenTab, shoot: Callable[[Tab, str], None]
) -> None:
    looker = open_tab(school.base)
    looker.sign_in("lee")
    looker.go("#/live/office")
    for _ in range(120):
        if looker.page.evaluate("document.querySelector('video')?.currentTime > 0"):
            break
        looker.page.wait_for_timeout(500)
    tab = open_tab(school.base)
    tab.sign_in("ann")
    tab.go("#/people/audit")
    looked = tab.page.get_by_role("row").filter(has_text="Watched live").filter(has_text="lee")
    expect(looked.filter(has_text="Office door").first).to_be_visible()
    tab.page.get_by_label("Camera").select_option("office")
    tab.page.get_by_label("What").select_option("live:watch")
    tab.page.get_by_label("Who").select_option("lee")
    expect(tab.page.get_by_role("row").filter(has_text="Signed in")).to_have_count(0)
    expect(looked.first).to_be_visible()
    assert "who=lee" in tab.page.url, "a link shows the same"
    shoot(tab, "audit")
    tab.page.get_by_label("Who").select_option("ann")
    expect(tab.page.get_by_text("No matching records")).to_be_visible()
    tab.page.get_by_role("button", name="Clear filters").click()
    expect(looked.first).to_be_visible()


def test_everybody_reads_what_the_installation_does_and_its_licences(school: Serving, open_tab: OpenTab) -> None:
    tab = open_tab(school.base, PHONE, is_mobile=True, has_touch=True)
    tab.go("")
    tab.page.get_by_role("link", name="What this installation does and does not do").click()
    expect(tab.page.get_by_role("heading", name="Hill School")).to_be_visible()
    expect(tab.page.get_by_text("The facilities office")).to_be_visible()
    expect(tab.page.get_by_text("Some of this has not been filled in yet")).to_be_visible()
    expect(tab.page.get_by_text("for at most 3 days")).to_be_visible()
    tab.page.get_by_role("listitem").filter(has_text="react-dom").get_by_role("button", name="Read licence").click()
    expect(tab.page.get_by_role("dialog")).to_contain_text("Permission is hereby granted")
    assert tab.fits()
    for typed in ("cameras", "people/me", "settings"):
        tab.go(f"#/{typed}")
        expect(tab.page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_settings_say_what_each_key_does(school: Serving, open_tab: OpenTab, tmp_path: Path) -> None:
    tab = open_tab(school.base)
    tab.sign_in()
    tab.go("#/settings")
    port = tab.page.get_by_role("listitem").filter(has_text="server.port")
    expect(port).to_contain_text(school.base.rsplit(":", 1)[1])
    expect(port).to_contain_text("set in the file")
    expect(tab.page.get_by_label("Responsible")).to_have_value("The facilities office")
    tab.page.get_by_role("main").get_by_role("radio", name="Dark").check()
    assert tab.page.evaluate("document.documentElement.dataset.theme") == "dark"
