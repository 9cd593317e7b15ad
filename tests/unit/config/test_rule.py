from pathlib import Path

import pytest

from passerby.config.rule import (
    CrowdRule,
    DensityRule,
    FallRule,
    LineRule,
    LyingRule,
    ObjectRule,
    QueueRule,
    StoppedRule,
    read_rules,
)
from passerby.errors import SettingsError

GOOD = """
[[rule]]
name = "door"
kind = "line"
line = [[0.5, 0.2], [0.5, 1.0]]

[[rule]]
name = "square"
kind = "crowd"
zone = [[0, 0], [1, 0], [1, 1]]
limit = 12

[[rule]]
name = "fire lane"
kind = "stopped"
zone = [[0, 0], [1, 0], [1, 1]]

[[rule]]
name = "bags"
kind = "left-object"

[[rule]]
name = "paintings"
kind = "removed-object"
zone = [[0, 0], [1, 0], [1, 1]]
after_s = 30

[[rule]]
name = "platform"
kind = "density"
limit = 1.5
zone = [[0.2, 0.5], [0.8, 0.5], [0.8, 1], [0.2, 1]]
ground = [[0.2, 0.5], [0.8, 0.5], [0.8, 1], [0.2, 1]]
ground_m = [4, 6]
when = ["mon-fri 22:00-06:00", "sat,sun"]

[[rule]]
name = "till"
kind = "queue"
zone = [[0, 0], [1, 0], [1, 1]]
longer_than_s = 300
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "rules.toml"


def test_each_kind_has_its_keys(file: Path) -> None:
    file.write_text(GOOD, encoding="utf-8")
    door, square, lane, bags, paintings, platform, till = read_rules(file)
    assert isinstance(door, LineRule)
    assert door.line == ((0.5, 0.2), (0.5, 1.0))
    assert isinstance(square, CrowdRule)
    assert square.limit == 12
    assert isinstance(lane, StoppedRule)
    assert (lane.objects, lane.longer_than_s) == ("vehicles", 60)
    assert isinstance(bags, ObjectRule) and isinstance(paintings, ObjectRule)
    assert (bags.kind, bags.objects, bags.zone, bags.after_s) == ("left-object", "things", None, 10)
    assert (paintings.kind, paintings.zone, paintings.after_s) == ("removed-object", ((0, 0), (1, 0), (1, 1)), 30)
    assert isinstance(platform, DensityRule)
    assert platform.area_m2 == pytest.approx(24)
    assert platform.when == ("mon-fri 22:00-06:00", "sat,sun")
    assert isinstance(till, QueueRule)
    assert (till.limit, till.longer_than_s) == (None, 300)


def test_falls_and_lying_need_no_zone(file: Path) -> None:
    file.write_text('[[rule]]\nname = "a"\nkind = "fall"\n[[rule]]\nname = "b"\nkind = "lying"', encoding="utf-8")
    fall, lying = read_rules(file)
    assert isinstance(fall, FallRule) and isinstance(lying, LyingRule)
    assert (fall.zone, lying.zone, lying.longer_than_s) == (None, None, 3)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "rule"),
        ("rule = 3", "rule"),
        ('[[rule]]\nname = "a"', "rule 'a'"),
        ('[[rule]]\nname = "a"\nkind = "who"\n', "rule 'a'"),
        ('[[rule]]\nname = "a"\nkind = "line"\nline = [[0, 0], [0, 0]]', "rule 'a': a line needs two different points"),
        ('[[rule]]\nname = "a"\nkind = "line"\nline = [[0, 0], [0, 2]]', "rule 'a': line"),
        ('[[rule]]\nname = "a"\nkind = "line"\nline = [[0, 0], [0, 1]]\nfast = true', "kind 'line' has no key 'fast'"),
        ('[[rule]]\nkind = "line"\nline = [[0, 0], [0, 1]]', "rule 1: name"),
        ('[[rule]]\nname = "a"\nkind = "zone"\nzone = [[0, 0], [1, 1]]', "rule 'a': zone"),
        ('[[rule]]\nname = "a"\nkind = "zone"\nzone = [[0, 0], [0.5, 0.5], [1, 1]]', "not on one line"),
        ('[[rule]]\nname = "a"\nkind = "zone"\nzone = [[0, 0], [1, 1], [1, 0], [0, 1]]', "cross each other"),
        ('[[rule]]\nname = "a"\nkind = "crowd"\nzone = [[0, 0], [1, 0], [1, 1]]', "rule 'a': limit"),
        ('[[rule]]\nname = "a"\nkind = "fall"\nobjects = "vehicles"', "only people fall"),
        ('[[rule]]\nname = "a"\nkind = "lying"\nlonger_than_s = 0.5', "rule 'a': longer_than_s"),
        ('[[rule]]\nname = "a"\nkind = "left-object"\nobjects = "people"', "rule 'a': objects"),
        ('[[rule]]\nname = "a"\nkind = "removed-object"\nafter_s = 1', "rule 'a': after_s"),
        ('[[rule]]\nname = "a"\nkind = "line"\nline = [[0, 0], [0, 1]]\nwhen = ["sunday"]', "'sunday' is no day"),
        (GOOD.replace("ground_m = [4, 6]", ""), "rule 'platform': ground_m"),
        (GOOD.replace("ground_m = [4, 6]", "ground_m = [0.5, 0.5]"), "rule 'platform': the zone is 0.25 m² large"),
        (GOOD.replace("ground = [[0.2, 0.5], [0.8, 0.5]", "ground = [[0.8, 0.5], [0.2, 0.5]"), "of a rectangle"),
        (GOOD.replace("ground = [[0.2, 0.5], [0.8, 0.5]", "ground = [[0.49, 0.7], [0.51, 0.7]"), "horizon"),
        (GOOD + GOOD, "two rules named 'door'"),
        ("[[rule]", "couldn't read"),
    ],
)
def test_a_fault_is_one_sentence_with_the_rule_and_the_key(file: Path, text: str, says: str) -> None:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as error:
        read_rules(file)
    assert says in str(error.value)
    assert "\n" not in str(error.value).strip()


def test_people_do_not_stop(file: Path) -> None:
    text = '[[rule]]\nname = "a"\nkind = "stopped"\nobjects = "people"\nzone = [[0, 0], [1, 0], [1, 1]]'
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match="loitering"):
        read_rules(file)


def test_a_missing_file_is_named(file: Path) -> None:
    with pytest.raises(SettingsError, match=r"rules\.toml"):
        read_rules(file)


@pytest.mark.parametrize("corners", ["[]", "[[0, 0]]", "[[0, 0], [1, 1]]"])
def test_a_zone_has_three_corners(file: Path, corners: str) -> None:
    file.write_text(f'[[rule]]\nname = "yard"\nkind = "zone"\nzone = {corners}', encoding="utf-8")
    with pytest.raises(SettingsError, match="rule 'yard': zone"):
        read_rules(file)
