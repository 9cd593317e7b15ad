"""The Helm chart, linted and rendered by Helm's own library: what it makes is valid, and names what there is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from passerby.service.node import LEAVES_WITHIN_S
from passerby.version import __version__
from tests.commands import unknown_in

helm: Any = pytest.importorskip("helm_python", reason="no Helm: helm-python-sdk is not installed, see .ci/run")
yaml: Any = pytest.importorskip("yaml", reason="no PyYAML here")

CHART = Path(__file__).parent.parent / "deploy" / "helm" / "passerby"
ALL: dict[str, Any] = {
    "nats": {"enabled": True},
    "ingress": {"enabled": True, "tlsSecret": "cameras-tls", "className": "nginx"},
    "worker": {"replicas": 7, "nodeSelector": {"cameras": "yes"}, "tolerations": [{"key": "cameras"}]},
    "imagePullSecrets": [{"name": "registry"}],
}
Objects = dict[tuple[str, str], dict[str, Any]]


def rendered(values: dict[str, Any]) -> Objects:
    with helm.Chart.load(str(CHART)) as chart:
        files = chart.render(values, name="passerby", namespace="cameras")
    documents = [each for name, text in files.items() if name.endswith(".yaml") for each in yaml.safe_load_all(text)]
    return {(each["kind"], each["metadata"]["name"]): each for each in documents if each}


@pytest.fixture(params=[{}, ALL], ids=["as it is", "all of it"])
def objects(request: pytest.FixtureRequest) -> Objects:
    return rendered(request.param)


def pods(objects: Objects) -> dict[str, dict[str, Any]]:
    found = {name: each["spec"]["template"]["spec"] for (kind, name), each in objects.items() if kind == "StatefulSet"}
    assert {"passerby-worker", "passerby-api"} <= found.keys()
    return found


def test_helm_finds_nothing_wrong() -> None:
    found = helm.lint(str(CHART))
    assert found["errors"] == []
    assert {each["error"] for each in found["messages"]} <= {"icon is recommended"}


def test_kubernetes_knows_every_field(objects: Objects) -> None:
    validate = pytest.importorskip("kubernetes_validate", reason="no schemas: kubernetes-validate is not installed")
    for each in objects.values():
        validate.validate(each, "1.32", strict=True)


def test_it_runs_this_version(objects: Objects) -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert chart["appVersion"] == __version__
    for name in ("passerby-worker", "passerby-api"):
        pod = pods(objects)[name]
        images = {each["image"] for each in [*pod["containers"], *pod["initContainers"]]}
        assert images == {f"passerby:{__version__}"}


def test_what_pods_run_is_what_there_is(objects: Objects) -> None:
    for name in ("worker", "api"):
        pod = pods(objects)[f"passerby-{name}"]
        (container,), (join,) = pod["containers"], pod["initContainers"]
        assert unknown_in(" ".join(["passerby", *container["args"]])) == [] and container["args"][0] == name
        (line,) = re.findall(r"passerby [^<\n]*", join["args"][0])
        assert unknown_in(line) == []
        assert line.split("--to ")[1].strip() == str(Path(container["args"][2]).parent), "where it is looked for"
        assert join["volumeMounts"][0] == container["volumeMounts"][0], "keys stay on the volume"


def test_nobody_in_a_pod_is_root_or_can_write_elsewhere(objects: Objects) -> None:
    for pod in pods(objects).values():
        assert pod["securityContext"]["runAsNonRoot"] is True and pod["securityContext"]["runAsUser"] > 0
        assert pod["automountServiceAccountToken"] is False
        for each in [*pod["containers"], *pod.get("initContainers", [])]:
            held = each["securityContext"]
            assert held["readOnlyRootFilesystem"] is True and held["allowPrivilegeEscalation"] is False
            assert held["capabilities"] == {"drop": ["ALL"]}
            assert each["resources"]["limits"]["memory"] and each["resources"]["requests"]["cpu"]


def test_secrets_are_named_and_never_there(objects: Objects) -> None:
    assert not [kind for kind, _ in objects if kind in ("Secret", "ConfigMap")]
    values = (CHART / "values.yaml").read_text()
    assert not re.search(r"(?im)^\s*(password|token|.*secret_?key|private_?key)\s*:", values)


def test_a_worker_has_time_to_give_its_cameras_away_and_a_spool(objects: Objects) -> None:
    worker = objects["StatefulSet", "passerby-worker"]["spec"]
    assert worker["template"]["spec"]["terminationGracePeriodSeconds"] >= LEAVES_WITHIN_S + 30
    assert worker["volumeClaimTemplates"][0]["spec"]["resources"]["requests"]["storage"] == "100Gi"
    assert "livenessProbe" not in worker["template"]["spec"]["containers"][0]


def test_one_pod_at_a_time_may_be_taken_away(objects: Objects) -> None:
    for (kind, name), each in objects.items():
        if kind == "PodDisruptionBudget":
            assert each["spec"]["maxUnavailable"] == 1
            wanted = each["spec"]["selector"]["matchLabels"].items()
            sets = [its for (of, _), its in objects.items() if of == "StatefulSet"]
            assert any(wanted <= its["spec"]["template"]["metadata"]["labels"].items() for its in sets), name


def test_services_reach_pods(objects: Objects) -> None:
    sets = [each["spec"] for (kind, _), each in objects.items() if kind == "StatefulSet"]
    services = {name: each["spec"] for (kind, name), each in objects.items() if kind == "Service"}
    for each in sets:
        assert services[each["serviceName"]]["selector"].items() <= each["template"]["metadata"]["labels"].items()
    (port,) = services["passerby-api"]["ports"]
    pod = objects["StatefulSet", "passerby-api"]["spec"]["template"]["spec"]["containers"][0]
    assert port["targetPort"] in {each["name"] for each in pod["ports"]}
    assert pod["readinessProbe"]["httpGet"]["path"] == "/healthz" and "tcpSocket" in pod["livenessProbe"]


def test_servers_of_nats_get_every_file_that_init_writes() -> None:
    from passerby.fleet.nats.server_config import FILES, PORT, ROUTES_ABOVE

    objects = rendered(ALL)
    for number in (1, 2, 3):
        pod = pods(objects)[f"passerby-nats-{number}"]
        mounted = {each["subPath"] for each in pod["containers"][0]["volumeMounts"] if each["name"] == "files"}
        assert mounted == set(FILES)
        ports = {each["port"] for each in objects["Service", f"passerby-nats-{number}"]["spec"]["ports"]}
        assert ports == {PORT, PORT + ROUTES_ABOVE}


def test_a_value_that_is_not_known_is_refused() -> None:
    with pytest.raises(helm.HelmError):
        rendered({"worker": {"replica": 3}})
    with pytest.raises(helm.HelmError):
        rendered({"ingress": {"enabled": True}})
