"""The files for running it as a service name things that are there, and say what the promises need."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from passerby.api.permissions import TABLE
from passerby.config import read_config
from tests.commands import commands_in, unknown_in

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"


def unit() -> dict[str, str]:
    lines = (DEPLOY / "passerby.service").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def compose() -> dict[str, Any]:
    yaml = pytest.importorskip("yaml", reason="no PyYAML here")
    found = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def dockerfile() -> list[list[str]]:
    """Each instruction and what follows it, the last stage's last."""
    text = re.sub(r"^#.*\n", "", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"), flags=re.M)
    return [line.split(None, 1) for line in re.sub(r"\\\n\s*", " ", text).splitlines() if line.strip()]


def of(instruction: str) -> list[str]:
    return [rest for name, rest in dockerfile() if name == instruction]


def test_the_checker_of_commands_finds_what_is_wrong() -> None:
    assert unknown_in("passerby serve --data DIR --config FILE") == []
    assert unknown_in("passerby camera add gate --group yard --cover") == []
    assert unknown_in("passerby serve --dta DIR")[0] == "--dta"
    assert unknown_in("passerby sevre") == ["sevre"]
    assert unknown_in("passerby camera") and unknown_in("passerby serve --data")
    assert unknown_in("passerby restore A B --data C") == ["2 values where there are at most 1"]
    shell = "sudo -u x /opt/passerby/bin/passerby serve --data D | tee log\n# passerby x"
    page = f"`passerby doctor --json`\n```sh\n{shell}\n```"
    assert commands_in(page) == ["passerby serve --data D", "passerby doctor --json"]


def test_the_unit_starts_what_there_is_and_holds_it_back() -> None:
    service = unit()
    assert unknown_in(service["ExecStart"]) == [] and " serve " in service["ExecStart"]
    assert service["ExecStart"].endswith(f"--data /var/lib/{service['StateDirectory']}")
    assert service["StateDirectoryMode"] == "0700"
    assert service["LimitCORE"] == "0" and service["MemorySwapMax"] == "0" and service["NoNewPrivileges"] == "yes"
    assert service["User"] not in ("", "root") and service["CapabilityBoundingSet"] == ""
    assert service["KillMode"] == "mixed" and int(service["TimeoutStopSec"]) >= 20


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    text = (DEPLOY / "passerby.service").read_text(encoding="utf-8")
    (tmp_path / "passerby.service").write_text(text.replace("/opt/passerby/bin/passerby", sys.executable))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / "passerby.service")], capture_output=True, text=True, timeout=60
    )
    said = [line for line in done.stderr.splitlines() if "passerby.service" in line]
    if not said and done.returncode:
        pytest.skip(f"systemd-analyze does not work here: {done.stderr.strip()[:100]}")
    assert done.returncode == 0 and said == []


def test_the_image_runs_what_there_is_as_nobody_special() -> None:
    entry, command = json.loads(of("ENTRYPOINT")[-1]), json.loads(of("CMD")[-1])
    assert unknown_in(" ".join([*entry, *command])) == []
    assert of("USER") == ["10001"] and of("FROM")[0].endswith(" AS build") and len(of("FROM")) == 2
    (check,) = of("HEALTHCHECK")
    path = re.search(r"http://127\.0\.0\.1:8080(/\w+)", check)
    assert path and ("GET", path[1]) in TABLE
    words = json.loads(check.partition("CMD ")[2])
    compile(words[2], "HEALTHCHECK", "exec")
    for pinned in ("constraints.txt", "pyproject.toml"):
        assert (ROOT / pinned).exists()
    kept_out = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").split()
    assert {".git", "passerby-data", "deploy"} <= set(kept_out), "secrets beside the checkout stay out of the image"


def test_the_health_check_of_the_image_tells_a_service_from_none() -> None:
    (check,) = of("HEALTHCHECK")
    words = json.loads(check.partition("CMD ")[2])
    done = subprocess.run([sys.executable, words[1], words[2].replace("8080", "1")], capture_output=True, timeout=30)
    assert done.returncode != 0


def test_compose_names_what_there_is() -> None:
    composed = compose()
    ours = composed["services"]["passerby"]
    assert unknown_in(" ".join(["passerby", *ours["command"]])) == []
    assert (DEPLOY / ours["build"]["context"] / ours["build"]["dockerfile"]).resolve() == DEPLOY / "Dockerfile"
    assert ours["ulimits"]["core"] == 0 and ours["mem_swappiness"] == 0 and ours["cap_drop"] == ["ALL"]
    for service in composed["services"].values():
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert source.startswith("./") or source in composed["volumes"]
        assert set(service.get("networks", ())) <= composed["networks"].keys()
        assert set(service.get("secrets", ())) <= composed["secrets"].keys()
        assert not any(port.startswith(("8080", "5432", "0.0.0.0")) for port in service.get("ports", []))
    assert composed["networks"]["inside"]["internal"] is True
    config = read_config(DEPLOY / "compose.example.toml")
    (proxy,) = config.server.trusted_proxies
    assert proxy == composed["services"]["caddy"]["networks"]["inside"]["ipv4_address"] + "/32"
    assert f"passerby:{config.server.port}" in composed["services"]["caddy"]["command"]
    assert config.storage.catalogue and "@database/" in config.storage.catalogue.get_secret_value()
    assert "database" in composed["services"]
