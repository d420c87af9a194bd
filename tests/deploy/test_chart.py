"""The chart renders offline, its objects are valid Kubernetes, and wrong values are refused."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import helm_python
import kubernetes_validate
import pytest
import yaml

from chassis.settings import Settings
from gateway.settings import GatewaySettings

CHART = Path(__file__).parents[2] / "deploy/helm/shuyuan"
SERVICES = {"organization", "membership", "activity", "evaluation", "gateway"}
OIDC = {
    "issuer": "https://login.example.edu.cn",
    "jwksUrl": "https://login.example.edu.cn/jwks",
    "tokenUrl": "https://login.example.edu.cn/token",
}
PRODUCTION: dict[str, Any] = {"oidc": OIDC, "secrets": {"existingSecret": "shuyuan"}}
SCENARIOS: dict[str, dict[str, Any]] = {
    "production": PRODUCTION,
    "ingress": PRODUCTION | {"ingress": {"enabled": True, "tlsSecret": "tls", "host": "a.example.edu.cn"}},
    "bundled": {"environment": "embedded", "oidc": OIDC, "bundled": {"enabled": True}},
    "argo": PRODUCTION | {"migrations": {"mode": "job"}},
}


def rendered(values: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every object that the chart makes of these values."""
    with helm_python.Chart.load(str(CHART)) as chart:
        files = chart.render(values, name="campus", namespace="shuyuan")
    for path, text in files.items():
        if path.endswith(".yaml"):
            yield from (found for found in yaml.safe_load_all(text) if found)


def of_kind(values: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """The objects of one kind by name."""
    return {found["metadata"]["name"]: found for found in rendered(values) if found["kind"] == kind}


@pytest.mark.covers("F96")
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_object_is_valid_kubernetes(scenario: str) -> None:
    objects = list(rendered(SCENARIOS[scenario]))

    for found in objects:
        kubernetes_validate.validate(found, "1.37", strict=True)
    assert len(objects) > 20


@pytest.mark.covers("F96")
def test_each_service_is_one_deployment_of_the_same_shape() -> None:
    deployments = of_kind(PRODUCTION, "Deployment")

    assert set(deployments) == {f"campus-{name}" for name in SERVICES}
    for found in deployments.values():
        pod = found["spec"]["template"]["spec"]
        container = pod["containers"][0]
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        probe = container["readinessProbe"]["httpGet"]
        assert probe["path"] == "/readyz"
        assert probe["port"] in {port["name"] for port in container["ports"]}


def test_every_setting_in_the_chart_is_a_setting_of_the_services() -> None:
    known = {f"SHUYUAN_{name.upper()}" for name in (*Settings.model_fields, *GatewaySettings.model_fields)}

    named = {
        variable["name"]
        for found in of_kind(
            PRODUCTION | {"tracing": {"endpoint": "http://collector:4318"}}, "Deployment"
        ).values()
        for variable in found["spec"]["template"]["spec"]["containers"][0]["env"]
    }

    assert named - known == {"SHUYUAN_SECRETS_DIR"}


def test_each_database_is_migrated_before_the_new_pods() -> None:
    jobs = of_kind(PRODUCTION, "Job")

    assert set(jobs) == {f"campus-{name}-migrate" for name in SERVICES - {"gateway"}}
    hooks = {job["metadata"]["annotations"]["helm.sh/hook"] for job in jobs.values()}
    assert hooks == {"pre-install,pre-upgrade"}


def test_a_service_sees_only_its_own_secrets() -> None:
    deployments = of_kind(PRODUCTION, "Deployment")

    for name in SERVICES - {"gateway"}:
        volumes = deployments[f"campus-{name}"]["spec"]["template"]["spec"]["volumes"]
        keys = {item["key"] for item in volumes[0]["secret"]["items"]}
        assert not any(other in key for key in keys for other in SERVICES - {name})


def test_one_service_can_be_sized_apart_from_the_others() -> None:
    values = PRODUCTION | {"services": {"membership": {"kind": "grpc", "replicas": 5}}}

    replicas = {name: found["spec"]["replicas"] for name, found in of_kind(values, "Deployment").items()}

    assert replicas["campus-membership"] == 5
    assert replicas["campus-activity"] == 2


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (PRODUCTION | {"replica": 3}, "replica"),
        ({"oidc": OIDC}, "secrets.existingSecret is needed"),
        ({"secrets": {"existingSecret": "s"}}, "oidc.issuer is needed in production"),
    ],
)
def test_wrong_values_are_refused_by_name(values: dict[str, Any], said: str) -> None:
    with pytest.raises(Exception, match=said):
        list(rendered(values))
