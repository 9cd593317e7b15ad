"""Settings on the page: what is changed there, what is wrong with what was typed, and what only the file changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from passerby.access import Installation
from passerby.config import Config
from passerby.rules.access import Role
from passerby.testing.webhook import WebhookSink
from tests.page.conftest import PASSWORD, PHONE, Serve, Serving, Tab, add_user, playwright

OpenTab = Callable[..., Tab]
Shoot = Callable[[Tab, str], None]
expect = playwright.expect
CHANNELS = """
[[channel]]
name = "hook"
kind = "webhook"
address = "{url}"
secret = "a-secret-of-many-letters"
networks = ["127.0.0.0/8"]

[[channel]]
name = "duty"
kind = "email"
address = "smtps://kim:hunter2@mail.example"
sender = "passerby@mail.example"
to = ["duty@mail.example"]
"""
NTFY = "ntfys://ntfy.example/passerby"
RULE = """[[rule]]
camera = "{camera}"
name = "{name}"
kind = "line"
line = [[0.5, 1.0], [0.5, 0.25]]
"""
CAMERAS_WITH_RULES = """[sources]
files = true
[[camera]]
name = "gate"
title = "Gate"
address = "file:gone.mp4"
[[camera]]
name = "yard"
address = "file:gone.mp4"
""" + "".join(
    RULE.format(camera=camera, name=name)
    for camera, name in [("gate", "fence"), ("yard", "fence"), *(("yard", f"door {n}") for n in range(12))]
)
FILE = '[about]\noperator = "The facilities office"\n'


@pytest.fixture(scope="module")
def school(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Serving:
    data = tmp_path_factory.mktemp("school") / "data"
    add_user(data, "kim", Role.ADMIN, Role.PRIVACY_OFFICER)
    add_user(data, "lee", Role.AUDITOR)
    return serve(data, FILE)


def test_what_people_are_told_is_changed_on_the_page_unless_the_file_says_it(
    school: Serving, open_tab: OpenTab, shoot: Shoot
) -> None:
    tab = open_tab(school.base)
    tab.sign_in()
    tab.go("#/settings")
    operator = tab.page.get_by_label("Responsible")
    expect(operator).to_have_value("The facilities office")
    expect(operator).not_to_be_editable()
    expect(operator).to_have_accessible_description(
        "Set in passerby.toml. To change it here, remove it there and restart passerby."
    )
    save = tab.page.get_by_role("button", name="Save")
    expect(save).to_have_count(0)
    tab.page.get_by_label("Contact").fill("x" * 501)
    expect(tab.page.get_by_text("At most 500 characters; this has 501.")).to_be_visible()
    expect(save).to_be_disabled()
    tab.page.get_by_label("Contact").fill("office@school.example")
    tab.page.get_by_label("Purpose").fill("To see that the gate is closed.\nNothing else.")
    shoot(tab, "settings-typed")

    tab.go("#/about")  # what is typed is kept meanwhile
    expect(tab.page.get_by_text("Some of this has not been filled in yet")).to_be_visible()
    tab.page.go_back()
    tab.page.get_by_label("Contact").press("Enter")
    expect(tab.page.get_by_text("Saved.")).to_be_visible()
    expect(save).to_have_count(0)
    tab.page.reload()
    expect(tab.page.get_by_label("Purpose")).to_have_value("To see that the gate is closed.\nNothing else.")

    visitor = open_tab(school.base)
    visitor.go("#/about")
    expect(visitor.page.get_by_text("office@school.example")).to_be_visible()
    expect(visitor.page.get_by_text("To see that the gate is closed.")).to_be_visible()
    expect(visitor.page.get_by_text("Some of this has not been filled in yet")).to_have_count(0)
    tab.go("#/people/audit")
    record = tab.page.get_by_role("row").filter(has_text="Changed settings").first
    expect(record).to_contain_text("about.contact 'office@school.example' (was '')")


def test_a_shorter_time_is_asked_about_and_a_long_one_has_to_be_meant(
    school: Serving, open_tab: OpenTab, shoot: Shoot
) -> None:
    tab = open_tab(school.base, PHONE)
    tab.sign_in()
    tab.go("#/settings")
    hours, save = tab.page.get_by_label("Keep recordings (hours)"), tab.page.get_by_role("button", name="Save")
    for typed, says in (
        ("soon", "Enter a number of hours."),
        ("0.01", "At least 0.03 hours, which is about two minutes."),
        ("100000", "At most 87,840 hours, which is ten years."),
        ("1000", "Tick “Keep recordings for more than 30 days”, or enter 720 hours or less."),
    ):
        hours.fill(typed)
        expect(hours).to_have_accessible_description(says)
        expect(save).to_be_disabled()
    tab.page.get_by_label("Keep recordings for more than 30 days").check()
    expect(hours).to_have_accessible_description("41.7 days.")
    shoot(tab, "phone-settings-long")
    save.click()
    expect(tab.page.get_by_text("Saved.")).to_be_visible()

    hours.fill("48,5")
    save.click()
    dialog = tab.page.get_by_role("dialog", name="Delete recordings older than 2 days?")
    expect(dialog).to_contain_text("They cannot be recovered.")
    shoot(tab, "phone-settings-shorter")
    dialog.get_by_role("button", name="Cancel").click()
    expect(hours).to_have_value("48.5")
    save.click()
    dialog.get_by_role("button", name="Save and delete").click()
    expect(dialog).to_have_count(0)
    expect(save).to_have_count(0)
    tab.go("#/about")
    expect(tab.page.get_by_text("for at most 2 days, then deleted")).to_be_visible()
    assert tab.fits()


def test_who_may_only_see_the_settings_reads_them(school: Serving, open_tab: OpenTab) -> None:
    tab = open_tab(school.base)
    tab.sign_in("lee")
    tab.go("#/settings")
    for label in ("Name of this installation", "Contact", "Purpose", "Keep recordings (hours)"):
        expect(tab.page.get_by_label(label)).not_to_be_editable()


def test_a_russian_page_has_the_forms_too(school: Serving, open_tab: OpenTab, shoot: Shoot) -> None:
    tab = open_tab(school.base, PHONE, locale="ru-RU")
    tab.go("")
    tab.page.get_by_label("Имя").fill("kim")
    tab.page.get_by_label("Пароль").fill(PASSWORD)
    tab.page.get_by_role("button", name="Войти", exact=True).click()
    tab.page.locator("#content").wait_for()
    tab.go("#/settings")
    tab.page.get_by_label("Хранить записи (часы)").fill("0,01")
    expect(tab.page.get_by_text("Не меньше 0,03 часа, то есть примерно двух минут.")).to_be_visible()
    shoot(tab, "ru-phone-settings")
    assert tab.fits()
    tab.page.get_by_role("button", name="Отмена").click()
    expect(tab.page.get_by_text("Не меньше")).to_have_count(0)


def test_what_does_not_fit_the_file_any_more_is_said(
    serve: Serve, open_tab: OpenTab, tmp_path: Path, shoot: Shoot
) -> None:
    add_user(tmp_path / "data", "kim", Role.ADMIN)
    installation = Installation(tmp_path / "data", Config())
    installation.settings.change({"storage.keep_hours": 1000.0, "storage.more_than_30_days": True})
    installation.close()
    tab = open_tab(serve(tmp_path / "data", "[storage]\nmore_than_30_days = false\n").base)
    tab.sign_in()
    tab.go("#/settings")
    expect(tab.page.get_by_text("1000 hours is more than 30 days")).to_be_visible()
    expect(tab.page.get_by_label("Keep recordings (hours)")).to_have_value("72")
    tab.page.get_by_label("Keep recordings (hours)").fill("100")
    shoot(tab, "settings-unfit")
    tab.page.get_by_role("button", name="Save").click()
    expect(tab.page.get_by_text("Saved.")).to_be_visible()
    expect(tab.page.get_by_text("1000 hours is more than 30 days")).to_have_count(0)


def test_channels_are_listed_and_tested(
    serve: Serve, open_tab: OpenTab, shoot: Shoot, tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = tmp_path_factory.mktemp("channels") / "data"
    add_user(data, "kim", Role.ADMIN)
    add_user(data, "lee", Role.AUDITOR)
    with WebhookSink() as sink:
        serving = serve(data, CHANNELS.format(url=sink.url()))
        tab = open_tab(serving.base)
        tab.sign_in()
        tab.go("#/settings")
        expect(tab.page.get_by_text("Nothing delivered recently")).to_have_count(2)
        tab.page.get_by_role("button", name="Send a test through hook").click()
        expect(tab.page.get_by_text("The test through hook was delivered.")).to_be_visible()
        expect(tab.page.get_by_role("row", name="hook").get_by_text("Works")).to_be_visible()
        assert len(sink.received) == 1
        sink.status = 500
        tab.page.get_by_role("button", name="Send a test through hook").click()
        expect(tab.page.get_by_role("alert").get_by_text("The webhook answered with 500.")).to_be_visible()
        expect(tab.page.get_by_role("row", name="hook").get_by_text("Fails")).to_be_visible()
        tab.wrong.clear()  # the browser says that the answer was an error
        tab.page.get_by_role("heading", name="Channels").scroll_into_view_if_needed()
        shoot(tab, "settings-channels")
        phone = open_tab(serving.base, PHONE, color_scheme="dark")
        phone.sign_in("lee")
        phone.go("#/settings")
        expect(phone.page.get_by_role("heading", name="Channels")).to_be_visible()
        expect(phone.page.get_by_role("button", name="Send a test")).to_have_count(0)
        assert phone.fits()
        phone.page.get_by_role("heading", name="Channels").scroll_into_view_if_needed()
        shoot(phone, "settings-channels-phone")


def test_channels_and_routes_are_set_up_on_the_page(
    serve: Serve, open_tab: OpenTab, shoot: Shoot, tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = tmp_path_factory.mktemp("forms") / "data"
    add_user(data, "kim", Role.ADMIN)
    with WebhookSink() as sink:
        serving = serve(data, CHANNELS.format(url=sink.url()))
        tab = open_tab(serving.base)
        tab.sign_in()
        tab.go("#/settings")
        expect(tab.page.get_by_role("row", name="hook").get_by_text("set in the file")).to_be_visible()
        expect(tab.page.get_by_role("button", name="Change hook")).to_have_count(0)
        tab.page.get_by_role("button", name="Add a channel").click()
        dialog = tab.page.get_by_role("dialog", name="Add a channel")
        dialog.get_by_label("Name", exact=True).fill("night")
        dialog.get_by_label("Mail server").fill("smtps://kim:p%40ss-word@mail.example")
        expect(dialog.get_by_label("Mail server")).to_have_value("smtps://mail.example")
        expect(dialog.get_by_label("Password")).to_have_value("p@ss-word")
        dialog.get_by_label("Sender").fill("cameras@mail.example")
        dialog.get_by_label("Recipients").fill("night")
        shoot(tab, "channel-form")
        dialog.get_by_role("button", name="Add a channel").click()
        expect(dialog.get_by_text("'night' is not an e-mail address.")).to_be_visible()
        tab.wrong.clear()  # the browser says that the answer was an error
        dialog.get_by_label("Recipients").fill("night@mail.example, boss@mail.example")
        for kind, fields in (
            ("Web push", ["Contact for push services", "Users"]),
            ("MQTT", ["Broker", "User", "Password", "Topic", "Home Assistant topic"]),
            ("Apprise", ["Address of the service"]),
            ("Webhook", ["Address", "Secret"]),
            ("E-mail", ["Mail server", "User", "Password", "Sender", "Recipients"]),
        ):
            dialog.get_by_label("Kind").select_option(label=kind)
            for field in fields:
                expect(dialog.get_by_label(field, exact=True)).to_be_visible()
            expect(dialog.get_by_label("Secret", exact=True)).to_have_count(1 if kind == "Webhook" else 0)
        dialog.get_by_label("Mail server").fill("smtps://kim:p%40ss-word@mail.example")
        dialog.get_by_role("button", name="Add a channel").click()
        expect(dialog).to_have_count(0)
        row = tab.page.get_by_role("row", name="night")
        expect(row.get_by_text("smtps://mail.example", exact=True)).to_be_visible()

        tab.page.get_by_role("button", name="Add a route").click()
        route = tab.page.get_by_role("dialog", name="Add a route")
        expect(route.get_by_text("This is the first route.")).to_be_visible()
        route.get_by_label("Which messages").select_option("critical")
        route.get_by_role("button", name="Add a route").click()
        expect(route.get_by_text("Choose at least one channel.")).to_be_visible()
        route.get_by_role("group", name="Channels").get_by_label("night").check()
        route.get_by_label("Quiet hours").select_option("times")
        route.get_by_label("Tell others if nobody takes care of it").check()
        route.get_by_role("group", name="Tell these channels").get_by_label("hook").check()
        shoot(tab, "route-form")
        route.get_by_role("button", name="Add a route").click()
        expect(route).to_have_count(0)
        expect(tab.page.get_by_text("Quiet: 22:00–06:00")).to_be_visible()
        expect(tab.page.get_by_text("No route uses duty: nothing is sent there.")).to_be_visible()

        phone = open_tab(serving.base, PHONE, color_scheme="dark")
        phone.sign_in()
        phone.go("#/settings")
        phone.page.get_by_role("heading", name="Who is notified of what").scroll_into_view_if_needed()
        shoot(phone, "phone-routes")
        assert phone.fits()
        phone.page.get_by_role("button", name="Change night").click()
        changed = phone.page.get_by_role("dialog", name="Change night")
        expect(changed.get_by_text("Now smtps://mail.example. Leave empty to keep it.")).to_be_visible()
        shoot(phone, "phone-channel-form")
        assert phone.fits()
        changed.get_by_role("button", name="Remove the channel").click()
        asked = phone.page.get_by_role("dialog", name="Remove night?")
        expect(asked).to_contain_text("1 of them has no other channel and will be removed too.")
        asked.get_by_role("button", name="Remove the channel").click()
        expect(phone.page.get_by_text("No routes yet: every channel gets every message.")).to_be_visible()


def test_a_route_names_rules_that_there_are_and_lets_go_of_others(
    serve: Serve, open_tab: OpenTab, shoot: Shoot, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    add_user(data, "kim", Role.ADMIN)
    installation = Installation(data, Config())
    installation.channels.add(installation.channels.new({"name": "night", "kind": "apprise", "address": NTFY}), "kim")
    old = {"channels": ["night"], "rules": ["old door"]}
    installation.channels.add_route(installation.channels.new_route(old), "kim")
    installation.close()
    tab = open_tab(serve(data, CAMERAS_WITH_RULES).base)
    tab.sign_in()
    tab.go("#/settings")
    tab.page.get_by_role("button", name="Change the route to night").click()
    dialog = tab.page.get_by_role("dialog", name="Change the route")
    rules = dialog.get_by_role("group", name="Only from these rules")
    expect(rules.get_by_label("old door")).to_be_checked()
    expect(rules.get_by_label("old door")).to_have_accessible_description("No longer exists")
    expect(rules.get_by_label("fence")).to_have_accessible_description("Gate, yard")
    rules.get_by_label("old door").uncheck()
    shoot(tab, "route-many-rules")
    rules.get_by_label("Find in: Only from these rules").fill("Fen")
    rules.get_by_label("Find in: Only from these rules").press("Enter")
    expect(rules.get_by_role("checkbox")).to_have_count(1)
    rules.get_by_label("fence").check()
    rules.scroll_into_view_if_needed()
    shoot(tab, "route-rules")
    dialog.get_by_role("button", name="Save").click()
    expect(tab.page.get_by_text("From the rules fence")).to_be_visible()
    expect(tab.page.get_by_text("old door")).to_have_count(0)
