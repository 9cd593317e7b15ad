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
from passerby.fleet.nats.server_config import FILES
from passerby.service.node import LEAVES_WITHIN_S
from passerby.version import __version__
from tests.commands import commands_in, unknown_in

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"


UNITS = ("passerby", "passerby-worker", "passerby-api", "passerby-nats")


def unit(name: str = "passerby") -> dict[str, str]:
    lines = (DEPLOY / f"{name}.service").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def compose(name: str = "compose.yaml") -> dict[str, Any]:
    yaml = pytest.importorskip("yaml", reason="no PyYAML here")
    found = yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))
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


@pytest.mark.parametrize("name", ["passerby-worker", "passerby-api"])
def test_a_unit_of_several_machines_starts_where_join_put_its_files(name: str) -> None:
    service, text = unit(name), (DEPLOY / f"{name}.service").read_text(encoding="utf-8")
    assert unknown_in(service["ExecStart"]) == []
    folder = f"/var/lib/{service['StateDirectory']}"
    assert f"{name.replace('-', ' ')} --cluster {folder}/node/cluster.toml --data {folder}/data" in service["ExecStart"]
    (join,) = re.findall(r"passerby cluster join.*", text)
    assert unknown_in(join) == [] and f"--to {folder}/node" in join
    assert f"ConditionPathExists={folder}/node/cluster.toml" in text
    assert service["LimitCORE"] == "0" and service["MemorySwapMax"] == "0" and service["KillMode"] == "mixed"
    assert int(service["TimeoutStopSec"]) >= (LEAVES_WITHIN_S + 30 if name == "passerby-worker" else 20)


@pytest.mark.parametrize("name", UNITS)
def test_units_are_held_back(name: str) -> None:
    service = unit(name)
    assert (
        service["NoNewPrivileges"] == "yes" and service["CapabilityBoundingSet"] == "" == service["AmbientCapabilities"]
    )
    assert (
        service["ProtectSystem"] == "strict" and service["StateDirectoryMode"] == "0700" and service["UMask"] == "0077"
    )
    assert service["User"] not in ("", "root") and service["SystemCallFilter"] == "@system-service"


def test_the_unit_of_nats_runs_what_init_writes() -> None:
    service = unit("passerby-nats")
    assert service["ExecStart"].endswith("nats-server -c nats.conf") and "nats.conf" in FILES
    assert service["WorkingDirectory"] == f"/var/lib/{service['StateDirectory']}"


needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")


@needs_systemd
@pytest.mark.parametrize("name", UNITS)
def test_systemd_finds_little_exposed(name: str) -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(DEPLOY / f"{name}.service")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if "exposure level" not in done.stdout:
        pytest.skip(f"systemd-analyze does not work here: {done.stderr.strip()[:100]}")
    assert done.returncode == 0, done.stdout.splitlines()[-1]


@needs_systemd
@pytest.mark.parametrize("name", UNITS)
def test_systemd_understands_the_unit(name: str, tmp_path: Path) -> None:
    text = (DEPLOY / f"{name}.service").read_text(encoding="utf-8")
    (tmp_path / f"{name}.service").write_text(re.sub(r"/opt/passerby/bin/[a-z-]+", sys.executable, text))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / f"{name}.service")], capture_output=True, text=True, timeout=60
    )
    said = [line for line in done.stderr.splitlines() if f"{name}.service" in line]
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


def test_compose_of_several_machines_names_what_there_is() -> None:
    folder, composed = DEPLOY / "cluster", compose("cluster/compose.yaml")
    services = composed["services"]
    ours = {name: each for name, each in services.items() if each["image"].startswith("passerby")}
    assert {name.partition("-")[0] for name in ours} == {"worker", "api", "authority"}
    for name, each in ours.items():
        assert each["image"] == f"passerby:{__version__}"
        assert (folder / each["build"]["context"] / each["build"]["dockerfile"]).resolve() == DEPLOY / "Dockerfile"
        assert unknown_in(" ".join(["passerby", *each["command"]])) == []
        assert each["ulimits"]["core"] == 0 and each["mem_swappiness"] == 0
        assert each["read_only"] is True and each["cap_drop"] == ["ALL"]
        if name.startswith("worker"):
            assert int(each["stop_grace_period"].removesuffix("s")) >= LEAVES_WITHIN_S + 30
    assert len([name for name in ours if name.startswith("worker")]) == 3
    assert len([name for name in ours if name.startswith("api")]) == 2
    data = [
        volume.partition(":")[0] for name, each in ours.items() if name != "authority" for volume in each["volumes"]
    ]
    assert len(data) == len(set(data)) and set(data) <= composed["volumes"].keys(), "each has its own"
    for name, each in services.items():
        assert set(each["networks"]) <= composed["networks"].keys()
        assert set(each.get("secrets", ())) <= composed["secrets"].keys()
        assert name == "caddy" or "ports" not in each, "all else is inside"
    assert composed["networks"]["inside"]["internal"] is True


def test_the_comment_of_this_compose_file_and_its_examples_are_right() -> None:
    folder, composed = DEPLOY / "cluster", compose("cluster/compose.yaml")
    text = (folder / "compose.yaml").read_text(encoding="utf-8")
    said = re.findall(r"docker compose run --rm(?: -T)? [\w-]+ (cluster [^<\n]*?)(?:   .*| < .*)?$", text, re.M)
    assert len(said) == 4
    assert [line for line in said if unknown_in(f"passerby {line}")] == []
    servers = [name for name in composed["services"] if name.startswith("nats")]
    assert said[0] == "cluster init " + " ".join(f"--server {name}" for name in servers)
    for name in servers:
        (volume,) = composed["services"][name]["volumes"]
        assert volume == f"./authority/passerby-authority/servers/{name}:/nats"
    config = read_config(folder / "cluster.example.toml")
    (proxy,) = config.server.trusted_proxies
    assert proxy == composed["services"]["caddy"]["networks"]["inside"]["ipv4_address"] + "/32"
    assert config.storage.catalogue and "@database/" in config.storage.catalogue.get_secret_value()
    caddy = (folder / "Caddyfile").read_text(encoding="utf-8")
    pages = [name for name in composed["services"] if name.startswith("api")]
    assert f"reverse_proxy {' '.join(f'{name}:{config.server.port}' for name in pages)}" in caddy
    env = dict(re.findall(r"(?m)^(AWS_\w+)=(.*)$", (folder / "s3.example.env").read_text(encoding="utf-8")))
    assert env["AWS_ENDPOINT"].startswith("http://store:") and "store" in composed["services"]
    (user,) = json.loads((folder / "store_users.example.json").read_text(encoding="utf-8"))["identities"]
    assert user["credentials"] == [{"accessKey": env["AWS_ACCESS_KEY_ID"], "secretKey": env["AWS_SECRET_ACCESS_KEY"]}]
    bucket = str(config.storage.recordings).removeprefix("s3://").partition("/")[0]
    assert all(each.endswith(f":{bucket}") for each in user["actions"])


def test_the_image_has_what_several_machines_need() -> None:
    (install,) = [line for line in of("RUN") if "pip install" in line]
    assert "'.[cluster]'" in install
