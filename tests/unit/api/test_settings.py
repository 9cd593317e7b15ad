"""Settings are changed on the page where the file does not set them: checked, audited, in effect in every process."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import create_engine

from passerby.access import Installation
from passerby.access.audit import Wanted
from passerby.access.cameras import CameraFacts, keep_of
from passerby.access.installation import catalogue_url
from passerby.catalogue.schema.access import settings
from passerby.config import parse_config
from passerby.rules.access import Role
from tests.recordings import recorded, steady
from tests.unit.api.conftest import ADDRESS, House, OpenHouse


def setting(house: House, key: str) -> dict[str, Any]:
    sections = house.signed_in("root").get("/api/settings").json()
    return next(each for section in sections for each in section["settings"] if each["key"] == key)


def change(house: House, **values: Any) -> Any:
    """Keys with two underscores for the dot."""
    body = {"values": {key.replace("__", "."): value for key, value in values.items()}}
    return house.signed_in("root").patch("/api/settings", json=body)


@pytest.fixture
def school(open_house: OpenHouse) -> House:
    """The file sets who runs it, and nothing else that the page could change."""
    house = open_house({"about": {"operator": "Hill School"}})
    house.add_user("root", Role.ADMIN)
    return house


def test_a_change_is_in_effect_at_once_and_in_every_process(school: House) -> None:
    done = change(school, about__contact="office@school.example", storage__keep_hours=48)
    assert done.status_code == 200
    assert setting(school, "about.contact") == {
        "key": "about.contact", "value": "office@school.example", "is_default": False, "is_in_file": False,
        "is_changeable": True, "max_length": 500, "about": "How people who are filmed can reach the operator.",
    }  # fmt: skip
    about = school.client().get("/api/about").json()
    assert (about["contact"], about["operator"], about["keep_hours"]) == ("office@school.example", "Hill School", 48)
    other = Installation(school.folder, school.config)  # as another process would open it
    assert other.keep().of("gate").hours == 48
    change(school, storage__keep_hours=24)
    assert other.keep().of("gate").hours == 24 and other.settings.current().about.contact == "office@school.example"
    other.close()


def test_recordings_past_a_shorter_limit_go_at_the_next_round(school: House) -> None:
    writer = school.archive.writer("gate")
    for fragment in recorded(steady(4, school.clock.now_90k())):
        writer.append(fragment)
    writer.close()

    def kept() -> int:
        school.archive.maintain(school.installation.keep(), school.clock.now_90k())
        return school.archive.total_bytes()

    school.clock.move(3 * 3600)
    assert kept() > 0
    assert change(school, storage__keep_hours=2).status_code == 200
    assert kept() == 0


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("storage__keep_hours", True),
        ("storage__keep_hours", "48"),
        ("storage__more_than_30_days", 1),
    ],
)
def test_a_value_of_another_kind_is_refused(school: House, key: str, value: object) -> None:
    """True is no hour: recordings would be gone within seconds."""
    done = change(school, **{key: value})
    assert done.status_code in (400, 422) and "another kind of value" in done.text


def test_the_audit_has_who_changed_what_from_what(school: House) -> None:
    change(school, about__purpose='To see "who" left', storage__keep_hours=1000, storage__more_than_30_days=True)
    change(school, storage__keep_hours=None)
    change(school, about__title="passerby")
    newest = school.installation.audit.list(Wanted(what="settings:change"))
    assert {(each.who, each.through) for each in newest} == {("root", "session")}
    assert [each.about for each in reversed(newest)] == [
        "storage.keep_hours 1000 (was 72); storage.more_than_30_days true (was false); "
        "about.purpose 'To see \"who\" left' (was '')",
        "storage.keep_hours 72 (was 1000)",
        "nothing differs",
    ]


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"about__operator": "Somebody else"}, "about.operator is set in passerby.toml"),
    ({"server__port": 9000}, "'server.port' cannot be changed here"),
    ({"storage__keep_audit_days": 30}, "'storage.keep_audit_days' cannot be changed here"),
    ({"nothing": 1}, "'nothing' cannot be changed here"),
    ({"storage__keep_hours": 721}, "721 hours is more than 30 days: also set more_than_30_days if you mean that"),
    ({"storage__keep_hours": 0}, "storage.keep_hours: input should be greater than 0"),
    ({"storage__keep_hours": "long"}, "storage.keep_hours: input should be a valid number"),
    ({"storage__keep_hours": 0.01}, "recordings are kept for at least 0.03 hours"),
    ({"about__contact": "x" * 501}, "about.contact: string should have at most 500 characters"),
    ({"about__contact": "fine", "about__title": "x" * 121}, "about.title: string should have at most 120 characters"),
    ({"about__title": 7}, "about.title: input should be a valid string"),
    ({}, "values: "),
]


@pytest.mark.parametrize(("values", "says"), REFUSED)
def test_what_the_file_could_not_say_is_refused_whole(school: House, values: dict[str, Any], says: str) -> None:
    before = school.installation.settings.current()
    refused = change(school, **values)
    assert refused.status_code == 422 and says in refused.json()["message"]
    assert school.installation.settings.current() == before
    assert "settings:change" not in {each.what for each in school.installation.audit.list()}


def test_a_change_that_cannot_be_audited_is_not_made(school: House, monkeypatch: pytest.MonkeyPatch) -> None:
    root = school.signed_in("root")
    engine = create_engine(catalogue_url(school.folder, school.config))
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE audit RENAME TO gone")
    refused = root.patch("/api/settings", json={"values": {"about.contact": "x"}})
    with engine.begin() as connection:
        assert connection.execute(settings.select()).all() == []
        connection.exec_driver_sql("ALTER TABLE gone RENAME TO audit")
    engine.dispose()
    assert refused.status_code == 503


def test_the_file_wins_over_what_was_set_on_the_page_before(school: House) -> None:
    change(school, storage__keep_hours=1000, storage__more_than_30_days=True, about__contact="office")
    storage = {"catalogue": catalogue_url(school.folder, school.config)}
    for of_file, hours, unfit in (
        ({"keep_hours": 24}, 24, []),
        ({"more_than_30_days": False}, 72, ["storage"]),
        ({}, 1000, []),
    ):
        later = Installation(school.folder, parse_config({"storage": storage | of_file}))
        assert later.keep().of("gate").hours == hours, "what does not fit the file counts for nothing"
        assert list(later.settings.unfit()) == unfit, "and that is told"
        assert later.settings.current().about.contact == "office"
        assert later.settings.change({"about.contact": "office"}) == "nothing differs", "other sections can be changed"
        later.close()


def test_values_of_another_version_do_no_harm(school: House) -> None:
    engine = create_engine(catalogue_url(school.folder, school.config))
    with engine.begin() as connection:
        connection.execute(settings.insert(), {"key": "about.colour", "value": '"red"'})
        connection.execute(settings.insert(), {"key": "storage.keep_hours", "value": '"long"'})
    engine.dispose()
    assert school.installation.keep().of("gate").hours == 72
    sections = school.signed_in("root").get("/api/settings").json()
    problems = {each["name"]: each["problem"] for each in sections if each["problem"]}
    assert problems.keys() == {"storage"} and "storage.keep_hours: input should be" in problems["storage"]
    assert change(school, storage__keep_hours=48).status_code == 200
    assert school.installation.keep().of("gate").hours == 48


def test_objects_get_short_with_the_limit_of_cameras_that_have_none(school: House) -> None:
    school.installation.cameras.add("gate", CameraFacts(address=ADDRESS))
    change(school, storage__keep_hours=0.05)
    assert keep_of(CameraFacts(), school.installation.settings.usual_keep()).hours == 0.05
    school.installation.cameras.remove("gate")
    change(school, storage__keep_hours=48)
    assert school.installation.keep().of("gate").hours == 0.05, "a removed camera keeps the limit that it had"
