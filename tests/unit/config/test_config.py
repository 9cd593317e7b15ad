"""The configuration file: strict keys, clear sentences, and an example that has every key and no other."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from passerby.config import Config, keys_of, parse_config, read_config, section_of
from passerby.config.example import example_text
from passerby.config.reference import reference_text
from passerby.errors import SettingsError

EXAMPLE = Path(__file__).parents[3] / "passerby.example.toml"
HIDDEN = "hunter2-planted"


def taken_in(text: str) -> str:
    """The example with every key switched on."""
    return re.sub(r"^# ", "", text, flags=re.M)


def keys_in(values: dict[str, Any], before: str = "") -> set[str]:
    found: set[str] = set()
    for name, value in values.items():
        found.add(before + name)
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict):
                found |= keys_in(inner, f"{before}{name}.")
    return found


def test_the_example_has_every_key_and_no_other() -> None:
    example = tomllib.loads(taken_in(EXAMPLE.read_text(encoding="utf-8")))
    assert keys_in(example) == {key for key, _ in keys_of(Config)}


def test_the_example_is_written_from_the_keys() -> None:
    assert EXAMPLE.read_text(encoding="utf-8") == example_text(), "make example"
    reference = EXAMPLE.with_name("docs") / "reference" / "config.md"
    assert reference.read_text(encoding="utf-8") == reference_text(), "make example"
    for key, model in keys_of(Config):
        assert model is not None or f"| `{key.rpartition('.')[2]}` |" in reference_text()


def test_the_example_shows_the_defaults_and_all_of_it_is_allowed() -> None:
    example = tomllib.loads(taken_in(EXAMPLE.read_text(encoding="utf-8")))
    assert parse_config(example).server.port == 8080
    for name, field in Config.model_fields.items():
        model = section_of(field.annotation)
        assert model
        shown = example[name][0] if isinstance(example[name], list) else example[name]
        check_defaults(model, shown)


def check_defaults(model: type[BaseModel], shown: dict[str, Any]) -> None:
    for key, field in model.model_fields.items():
        if not field.is_required() and field.default is not None:
            shown_value = tuple(shown[key]) if isinstance(shown[key], list) else shown[key]
            assert shown_value == field.default, key


def test_the_example_as_it_is_changes_nothing(tmp_path: Path) -> None:
    assert read_config(EXAMPLE) == Config()


def test_every_key_says_its_effect() -> None:
    for name, model in keys_of(Config):
        if model:
            for key, field in model.model_fields.items():
                assert field.description and field.description.endswith("."), f"{name}.{key}"


@pytest.mark.parametrize(
    ("text", "key", "near"),
    [
        ("[server]\nprot = 1", "server.prot", "server.port"),
        ("[sevrer]\nport = 1", "sevrer", "server"),
        ("[[camera]]\nprivacy_dealy_s=1", "camera.privacy_dealy_s", "camera.privacy_delay_s"),
        ("port = 1", "port", "server.port"),
        ('[[rule]]\nkind = "crowd"\nlimt = 3', "rule.limt", "rule.limit"),
    ],
)  # fmt: skip
def test_an_unknown_key_is_named_with_the_nearest(text: str, key: str, near: str, tmp_path: Path) -> None:
    (tmp_path / "passerby.toml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        read_config(tmp_path / "passerby.toml")
    assert f"'{key}'" in caught.value.message and caught.value.hint == f"did you mean '{near}'?"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[server]\nport = 'x'", "server.port"),
        ("[server]\nhost = '0.0.0.0'", "server.certificate"),
        ("[server]\ncertificate = 'a.pem'", "server.private_key"),
        ("[oidc]\nissuer = 'http://a'", "oidc.issuer"),
        ("[storage]\nkeep_hours = 721", "30 days"),
        ("[sources]\nnetworks = ['x']", "sources.networks"),
        ("[[camera]]\naddress = 'rtsp://a'", "camera.name"),
        ("[[camera]]\nname = 'a'\naddress = 'x'\n" * 2, "two cameras named 'a'"),
        ("[server", "TOML"),
    ],
)
def test_a_wrong_value_is_one_sentence_that_names_the_key(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "passerby.toml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        read_config(tmp_path / "passerby.toml")
    assert says in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        f"[storage]\ncatalogue = ['{HIDDEN}']",
        f"[[camera]]\nname = 'bad name'\naddress = 'rtsp://u:{HIDDEN}@h/'",
        f"[[camera]]\nname = 'a'\naddress = {{x = '{HIDDEN}'}}",
    ],
)
def test_no_error_repeats_a_secret(text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_config(tomllib.loads(text))
    assert HIDDEN not in str(caught.value)


def test_no_secret_is_in_the_words_of_a_config() -> None:
    config = parse_config({"camera": [{"name": "a", "address": f"rtsp://u:{HIDDEN}@h/"}]})
    assert HIDDEN not in repr(config) and HIDDEN not in config.model_dump_json()


LINE = 'camera = "gate"\nname = "door"\nkind = "line"\nline = [[0, 0], [1, 1]]\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"[[rule]]\n{LINE}limit = 3", "rule 'door': a rule of kind 'line' has no key 'limit'"),
        (f"[[rule]]\n{LINE}[[rule]]\n{LINE}", "camera 'gate' has two rules named 'door'"),
        (f"[[rule]]\n{LINE.replace('gate', 'the gate')}", "rule 'door': camera: string should match pattern"),
        (f"[[rule]]\n{LINE.replace('line', 'face', 1)}", "rule 'door': kind: input should be 'line', 'zone'"),
        (f"[[rule]]\n{LINE.replace('1, 1', '1, 2')}", "rule 'door': line: input should be less than or equal to 1"),
        ('[[rule]]\nname = "door"\nkind = "line"\nline = [[0, 0], [1, 1]]', "rule 'door': camera: field required"),
    ],
)
def test_a_rule_that_may_not_be_is_named_with_its_key(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "passerby.toml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        read_config(tmp_path / "passerby.toml")
    assert says in caught.value.message


def test_two_cameras_may_have_rules_of_one_name(tmp_path: Path) -> None:
    (tmp_path / "passerby.toml").write_text(f"[[rule]]\n{LINE}[[rule]]\n{LINE.replace('gate', 'yard')}")
    assert [(each.camera, each.rule.name) for each in read_config(tmp_path / "passerby.toml").rule] == [
        ("gate", "door"), ("yard", "door"),
    ]  # fmt: skip
