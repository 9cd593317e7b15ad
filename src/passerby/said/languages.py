"""Says messages in other languages. They are kept in English; each of their sentences is found by its code."""

from __future__ import annotations

from collections.abc import Mapping

from passerby.config.about import Language
from passerby.said import HOLE, Coded, coded
from passerby.said.messages import ALARMS, ENGLISH
from passerby.said.messages_ru import RUSSIAN
from passerby.said.reports_ru import RUSSIAN as OF_REPORTS
from passerby.said.sentences import Sentences


def _with_capitals(texts: Mapping[str, str]) -> dict[str, str]:
    """An alarm may begin a title."""
    return dict(texts) | {f"{code}-first": texts[code][:1].upper() + texts[code][1:] for code in ALARMS}


TEXTS: Mapping[Language, Mapping[str, str]] = {"en": _with_capitals(ENGLISH), "ru": _with_capitals(RUSSIAN)}
_SENTENCES = Sentences(TEXTS["en"])


def say(code: str, language: Language, **values: str) -> str:
    return _filled(Coded(code, values), language)


def in_language(text: str, language: Language) -> str:
    """An English text, line by line; what has no code stays as it is."""
    return text if language == "en" else "\n".join(_line(each, language) for each in text.split("\n"))


def of_report(sentence: str, language: Language) -> str:
    """What the report of a redacted file says; it stays English where it has no code, or one that no report has."""
    found = coded(sentence) if language == "ru" else None
    return _as_report(found) if found and found.code in OF_REPORTS else sentence


def _as_report(found: Coded) -> str:
    values = {name: value if isinstance(value, str) else _as_report(value) for name, value in found.params.items()}
    return HOLE.sub(lambda hole: values[hole[1]], OF_REPORTS[found.code])


def _line(line: str, language: Language) -> str:
    found = _SENTENCES.coded(line)
    return _filled(found, language) if found else line


def _filled(found: Coded, language: Language) -> str:
    values = {
        name: value if isinstance(value, str) else _filled(value, language) for name, value in found.params.items()
    }
    return HOLE.sub(lambda hole: values[hole[1]], TEXTS[language][found.code])
