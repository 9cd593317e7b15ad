"""The page speaks the browser's language, or the one that was chosen in it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from passerby.access import Installation
from passerby.config import Config
from passerby.rules.access import Role
from tests.browser import PASSWORD
from tests.page.conftest import PHONE, Serve, Serving, Tab, add_user, playwright

expect = playwright.expect
OpenTab = Callable[..., Tab]

CAMERA = """[[camera]]
name = "gate"
title = "Gate"
address = "file:gone.mp4"
[sources]
files = true
"""


@pytest.fixture(scope="module")
def house(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Serving:
    """One camera, which fails; kim may do all. ann has chosen English."""
    data = tmp_path_factory.mktemp("house") / "data"
    add_user(data, "ann", Role.ADMIN)
    installation = Installation(data, Config())
    ann = installation.users.find("ann")
    assert ann is not None
    installation.preferences.set(ann, {"language": "en"})
    installation.close()
    add_user(data, "kim", *Role)
    add_user(data, "lee", Role.ADMIN)
    return serve(data, CAMERA)


def sign_in_in_russian(tab: Tab) -> None:
    type_in_russian(tab)
    expect(tab.page.get_by_role("button", name="Выйти").first).to_be_visible()


def type_in_russian(tab: Tab, name: str = "kim") -> None:
    """Whatever the page's language is afterwards."""
    if tab.page.url == "about:blank":
        tab.go("")
    tab.page.get_by_label("Имя").fill(name)
    tab.page.get_by_label("Пароль").fill(PASSWORD)
    tab.page.get_by_role("button", name="Войти", exact=True).click()


def language_of(tab: Tab) -> str:
    return str(tab.page.evaluate("document.documentElement.lang"))


def test_a_russian_browser_reads_russian_and_may_choose_english(
    house: Serving, open_tab: OpenTab, shoot: Callable[[Tab, str], None]
) -> None:
    tab = open_tab(house.base, locale="ru-RU", timezone_id="Europe/Moscow")
    tab.go("")
    expect(tab.page.get_by_text("Никого не распознают")).to_be_visible()
    assert language_of(tab) == "ru"
    shoot(tab, "ru-sign-in")
    sign_in_in_russian(tab)
    sections = tab.page.get_by_role("navigation", name="Разделы")
    expect(sections.get_by_role("link", name="Состояние")).to_have_accessible_name(
        "Состояние 1 камера требует внимания"
    )
    for name in ("live", "timeline", "health", "cameras", "cameras/new", "redact", "people/me", "settings", "about"):
        tab.go(f"#/{name}")
        expect(tab.page.get_by_role("main").get_by_role("heading").first).to_be_visible()
        tab.page.wait_for_timeout(500)
        assert tab.fits(), name
        shoot(tab, f"ru-{name.replace('/', '-')}")
    tab.go("#/health")
    why = "Не удалось открыть «gone.mp4»: такого файла нет (проверьте имя и папку)"
    expect(tab.page.get_by_text(why)).to_be_visible()
    tab.go("#/settings")
    expect(tab.page.get_by_text("Порт TCP, на котором passerby принимает соединения")).to_be_visible()
    expect(tab.page.get_by_text("Опасно: короткий пароль легко угадать")).to_be_visible()
    tab.go("#/people/audit")
    expect(tab.page.get_by_role("row").filter(has_text="kim").first).to_contain_text("Чтение журнала доступа")
    shoot(tab, "ru-people-audit")

    tab.go("#/people/me")
    tab.page.get_by_role("main").get_by_role("radio", name="English").check()
    expect(tab.page.get_by_role("heading", name="People & access")).to_be_visible()
    assert language_of(tab) == "en"
    tab.page.reload()
    expect(tab.page.get_by_role("heading", name="People & access")).to_be_visible()

    other = open_tab(house.base, locale="ru-RU")  # the account's, wherever it signs in
    type_in_russian(other)
    expect(other.page.get_by_role("button", name="Sign out").first).to_be_visible()
    other.page.wait_for_timeout(2000)  # what the page still asks for would be refused, and be an error of its console
    other.page.get_by_role("button", name="Sign out").first.click()
    expect(other.page.get_by_role("button", name="Войти", exact=True)).to_be_visible()


def test_the_account_s_language_wins_where_going_elsewhere_ended_the_reload(house: Serving, open_tab: OpenTab) -> None:
    tab = open_tab(house.base, locale="ru-RU")
    reloads: list[playwright.Route] = []

    def hold_the_first(route: playwright.Route) -> None:
        reloads.append(route)
        if len(reloads) > 1:
            route.continue_()

    tab.go("")
    tab.page.route(f"{house.base}/", hold_the_first)
    type_in_russian(tab, "ann")
    while not reloads:
        tab.page.wait_for_timeout(50)
    tab.go("#/about")
    expect(tab.page.locator("html")).to_have_attribute("lang", "en")
    expect(tab.page.get_by_role("heading", name="About this installation")).to_be_visible()


def test_the_installation_s_language_is_for_whoever_has_chosen_none(
    house: Serving, open_tab: OpenTab, shoot: Callable[[Tab, str], None]
) -> None:
    tab = open_tab(house.base, locale="en-GB")
    tab.sign_in("lee")
    tab.go("#/settings")
    tab.page.get_by_label("Default language").select_option("Русский")
    shoot(tab, "default-language")
    tab.page.get_by_role("button", name="Save").click()
    expect(tab.page.get_by_text("Saved").first).to_be_visible()
    visitor = open_tab(house.base, locale="en-GB")
    visitor.go("#/about")
    expect(visitor.page.locator("html")).to_have_attribute("lang", "ru")
    tab.page.get_by_label("Default language").select_option("The browser's language")
    with tab.page.expect_response(lambda answer: "settings" in answer.url and answer.request.method != "GET"):
        tab.page.get_by_role("button", name="Save").click()
    visitor.page.reload()
    expect(visitor.page.locator("html")).to_have_attribute("lang", "en")


def test_what_passerby_refuses_is_said_in_russian(house: Serving, open_tab: OpenTab) -> None:
    tab = open_tab(house.base, locale="ru-RU")
    tab.go("")
    tab.page.get_by_label("Имя").fill("kim")
    tab.page.get_by_label("Пароль").fill("a wrong one")
    tab.page.get_by_role("button", name="Войти", exact=True).click()
    expect(tab.page.get_by_role("alert")).to_have_text("Имя или пароль неверны.")
    tab.wrong[:] = [each for each in tab.wrong if "401" not in each]  # the browser itself notes it


def test_an_english_browser_may_choose_russian_and_all_fits_a_phone(
    house: Serving, open_tab: OpenTab, shoot: Callable[[Tab, str], None]
) -> None:
    tab = open_tab(house.base, PHONE, locale="en-GB")
    tab.sign_in()
    assert language_of(tab) == "en"
    tab.go("#/settings")
    tab.page.get_by_role("main").get_by_role("radio", name="Русский").check()
    expect(tab.page.get_by_role("heading", name="Настройки")).to_be_visible()
    assert language_of(tab) == "ru"
    for name in ("live", "timeline", "health", "health/gate", "cameras", "cameras/new", "redact", "people/me", "about"):
        tab.go(f"#/{name}")
        expect(tab.page.get_by_role("main").get_by_role("heading").first).to_be_visible()
        tab.page.wait_for_timeout(500)
        assert tab.fits(), name
        shoot(tab, f"ru-phone-{name.replace('/', '-')}")


@pytest.mark.parametrize(("locale", "language"), [("de-DE", "en"), ("ru", "ru")])
def test_a_language_that_is_not_there_is_english(house: Serving, open_tab: OpenTab, locale: str, language: str) -> None:
    tab = open_tab(house.base, locale=locale)
    tab.go("")
    expect(tab.page.get_by_text("passerby").first).to_be_visible()
    assert language_of(tab) == language
