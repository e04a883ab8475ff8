"""serve.yaml is what the code says, the manifests hold the same, and lint and the CRDs' schemas accept them."""

import gzip
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "deploy/assets"
SERVE, GRADIO = ASSETS / "serve", ASSETS / "gradio"
BIN = Path(sys.executable).parent
# KubeRay's CRDs, kept beside the project and not in it.
CRDS = Path(os.environ.get("RAYDECK_CRDS", ROOT.parent / "shared/data/crds"))
VARIABLES = {
    "EXT_REDIS_ENDPOINT": "redis.example.com",
    "REDIS_PASSWORD": "example",
    "HUGGING_FACE_HUB_TOKEN": "example",
    "RAY_SERVE_IMAGE": "registry.example.com/raydeck-serve:2.60.0",
    "RAY_CHAT_IMAGE": "registry.example.com/raydeck-chat:0.1.0",
    "RAY_VERSION": "2.60.0",
    "RAY_SERVE_IMPORT_PATH": "raydeck_serve.app:entrypoint",
    "RAY_SERVE_DEPLOYMENT": "Model",
    "RAY_SERVE_INGRESS_DEPLOYMENT": "Ingress",
    "RAY_SERVE_NAMESPACE": "mistral",
    "RAY_SERVE_NAME": "mistral",
    "REDIS_SCHEME": "rediss",
    "REDIS_PORT": "6379",
    "RAY_SERVE_PULL_POLICY": "IfNotPresent",
    "RAY_HEAD_CPU": "1",
    "RAY_HEAD_MEMORY": "2Gi",
    "RAY_WORKER_CPU": "4",
    "RAY_WORKER_MEMORY": "8Gi",
    "RAY_REPLICA_CPU": "3",
}
MANIFESTS = [ASSETS / "ft-options.yaml", SERVE / "rayservice.yaml", GRADIO / "gradio.yaml"]


def documents(path):
    text = path.read_text()
    for name, value in sorted(VARIABLES.items(), key=lambda pair: -len(pair[0])):
        text = text.replace(f"${name}", value)
    return list(yaml.safe_load_all(text))


def test_serve_yaml_is_what_serve_build_makes(tmp_path):
    out = tmp_path / "serve.yaml"
    env = {**os.environ, "PYTHONPATH": str(SERVE)}
    command = [BIN / "serve", "build", "raydeck_serve.app:entrypoint", "-o", out]
    subprocess.run(command, env=env, cwd=tmp_path, check=True, capture_output=True)
    # `serve build` numbers applications; ours has a name.
    assert out.read_text().replace("name: app1", "name: chat") == (SERVE / "serve.yaml").read_text()


def test_the_manifest_holds_serve_yaml():
    (service,) = [d for d in documents(SERVE / "rayservice.yaml") if d["kind"] == "RayService"]
    application = yaml.safe_load(service["spec"]["serveConfigV2"])["applications"][0]
    built = yaml.safe_load((SERVE / "serve.yaml").read_text())["applications"][0]
    # The replica's CPUs are a variable of the manifest.
    built["deployments"][0]["ray_actor_options"]["num_cpus"] = int(VARIABLES["RAY_REPLICA_CPU"])
    assert application == {key: value for key, value in built.items() if key != "runtime_env"}


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_lint_has_nothing_to_say(path):
    raydeck = os.environ.get("RAYDECK", ROOT / "build/raydeck")
    done = subprocess.run([raydeck, "lint", path], env={**os.environ, **VARIABLES}, capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "0 errors, 0 warnings, 0 infos, 0 unknown"), done.stderr


def test_the_crd_accepts_the_manifest():
    if not CRDS.is_dir():
        pytest.skip(f"no CRDs in {CRDS}; RAYDECK_CRDS names another folder")
    crd = yaml.safe_load(gzip.decompress((CRDS / "ray.io_rayservices.yaml.gz").read_bytes()))
    (version,) = [v for v in crd["spec"]["versions"] if v["name"] == "v1"]
    schema = strict(version["schema"]["openAPIV3Schema"])
    (service,) = [d for d in documents(SERVE / "rayservice.yaml") if d["kind"] == "RayService"]
    jsonschema.validate(service, schema)
    service["spec"]["rayClusterConfig"]["headGroupSpec"]["rayStartParam"] = {}
    with pytest.raises(jsonschema.ValidationError, match="rayStartParam"):
        jsonschema.validate(service, schema)


def strict(schema):
    """The CRD's schema as JSON schema: fields that it does not know are errors; its number-or-text is said as such."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    out = {key: strict(value) for key, value in schema.items()}
    if out.get("x-kubernetes-int-or-string"):
        out.pop("type", None)
        out["type"] = ["integer", "string"]
    if isinstance(out.get("properties"), dict) and out.get("type") == "object":
        known = "x-kubernetes-preserve-unknown-fields" in out or out.get("additionalProperties")
        if not known and out["properties"].keys() != {"name"} and "kind" not in out["properties"]:
            out["additionalProperties"] = False
    return out


@pytest.mark.parametrize("path", [SERVE / "Dockerfile", SERVE / "Dockerfile.neuron", GRADIO / "Dockerfile"], ids=str)
def test_images_are_pinned(path):
    bases = [line.split()[1] for line in path.read_text().splitlines() if line.startswith("FROM")]
    named = {line.split()[3] for line in path.read_text().splitlines() if line.startswith("FROM") and " AS " in line}
    for base in set(bases) - named:
        assert ":" in base, base
        assert not base.endswith(":latest"), base


def test_the_versions_of_ray_are_one():
    version = next(line for line in (SERVE / "requirements.txt").read_text().splitlines() if line.startswith("ray"))
    version = version.partition("==")[2]
    assert f"ARG RAY={version}\n" in (SERVE / "Dockerfile").read_text()
    assert f"Ray v{version}." in (SERVE / "serve.yaml").read_text()


@pytest.mark.parametrize("tool", [["ruff", "check", "."], ["ruff", "format", "--check", "."]], ids=lambda t: t[1])
@pytest.mark.parametrize("folder", [SERVE, GRADIO], ids=lambda f: f.name)
def test_the_code_is_clean(tool, folder):
    done = subprocess.run([BIN / tool[0], *tool[1:], "--no-cache"], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("folder", "names"), [(SERVE, ["raydeck_serve", "demo"]), (GRADIO, ["raydeck_chat"])], ids=str)
def test_the_code_is_typed(folder, names, tmp_path):
    command = [BIN / "mypy", "--cache-dir", tmp_path, *names]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
