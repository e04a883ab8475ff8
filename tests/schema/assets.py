"""Each YAML under deploy/ that is applied to a cluster: valid by the schemas of Kubernetes and of KubeRay's CRDs, and without
an error or a warning of `raydeck lint`.

assets.py RAYDECK FOLDER: FOLDER holds KubeRay's CRDs (.yaml or .yaml.gz). The variables have their defaults. Kustomizations are
rendered by kubectl, where it is installed; else they are named as not checked. Charts are rendered by chart.py, which is held against
helm where that is installed, with the values that Terraform gives them.
"""
import json
import os
import re
import shutil
import subprocess
import sys

import kubernetes_validate
import yaml

from chart import render
from differential import validators

# What is no manifest, and what holds it to its form instead.
OTHER = {
    "deploy/schema/core.yaml": "the source of schema.def: tests/unit/schema_table_test.c",
    "deploy/assets/walkthrough.yaml": "a script: raydeck demo --script walkthrough --check",
    "deploy/assets/walkthrough-cluster.yaml": "a script: raydeck --script FILE --check",
    "deploy/assets/serve/serve.yaml": "a Serve configuration, made by serve build: tests/serve",
}
CHART = re.compile(r"^deploy/assets/terraform/cluster/charts/([^/]+)")
# Of a chart: the namespace of its release and the values that Terraform gives it (addons.tf, karpenter.tf).
CHARTS = {
    "neuron-monitor": ("kube-system", {}),
    "neuron-nodepool": ("kube-system", {"clusterName": "raydeck", "nodeRole": "raydeck-karpenter", "instanceType": "inf2.24xlarge",
                                        "zones": ["us-west-2a", "us-west-2b"], "maxNodes": 4, "devices": 6}),
}
# Custom resources whose CRDs are not here; their fields are Karpenter's.
FOREIGN = {"NodePool", "EC2NodeClass"}
GIVEN = {
    "EXT_REDIS_ENDPOINT": "redis.example.com", "REDIS_PASSWORD": "x", "HUGGING_FACE_HUB_TOKEN": "hf_x",
    "RAY_SERVE_IMAGE": "registry.example/ray:2.60.0", "RAY_CHAT_IMAGE": "registry.example/chat:0.1.0", "RAY_VERSION": "2.60.0",
}


def run(*argv, **options):
    return subprocess.run(argv, capture_output=True, text=True, check=False, **options)


def variables(raydeck):
    """Their defaults, as --variables prints them: a value, none, or a multiple of another one."""
    found, name = {}, None
    for line in run(raydeck, "lint", "--variables").stdout.splitlines():
        if match := re.match(r"  ([A-Z][A-Z0-9_]+) ", line):
            name = match.group(1)
        elif (match := re.search(r"; default: (.*)$", line)) and not line.strip().startswith("with --cpu"):
            found[name] = match.group(1)
    found.update(GIVEN)
    for name, value in found.items():
        if match := re.match(r"(?:(\d+) × )?([A-Z][A-Z0-9_]+)(?:, at most (\d+))?$", value):
            of = int(found[match.group(2)]) * int(match.group(1) or 1)
            found[name] = str(min(of, int(match.group(3) or of)))
    return found


def documents(text, values):
    text = re.sub(r"\$([A-Z][A-Z0-9_]*)", lambda m: values.get(m.group(1), m.group(0)), text)
    return [document for document in yaml.safe_load_all(text) if document]


def faults(document, crds):
    kind = document.get("kind", "")
    key = document.get("apiVersion", ""), kind
    if key in crds:
        return ["/".join(map(str, e.absolute_path)) + ": " + e.message for e in crds[key].iter_errors(document)]
    if kind in FOREIGN:
        return []
    try:
        kubernetes_validate.validate(document, kubernetes_validate.latest_version(), strict=True)
    except kubernetes_validate.ValidationError as error:
        return ["/".join(map(str, error.path)) + ": " + error.message]
    except (kubernetes_validate.SchemaNotFoundError, kubernetes_validate.InvalidSchemaError) as error:
        return [str(error)]
    return []


def of_helm(folder, name, namespace, values):
    """What helm makes of a chart, or None where it is not installed."""
    if not shutil.which("helm"):
        print(f"  {folder}: rendered by chart.py alone (helm is not installed)")
        return None
    result = run("helm", "template", name, folder, "--namespace", namespace, "--values", "-", input=json.dumps(values))
    if result.returncode:
        sys.exit(f"{folder}: helm: {result.stderr}")
    return result.stdout


def rendered(path):
    """What a Kustomization or a chart becomes, or None where its tool is not installed."""
    if chart := CHART.match(path):
        folder, name = chart.group(0), chart.group(1)
        text = render(folder, name, *CHARTS[name])
        by_helm = of_helm(folder, name, *CHARTS[name])
        if by_helm and documents(by_helm, {}) != documents(text, {}):
            sys.exit(f"{folder}: helm makes something else than tests/schema/chart.py")
        return text
    if not shutil.which("kubectl"):
        print(f"  not checked: {path} (kubectl is not installed)")
        return None
    result = run("kubectl", "kustomize", os.path.dirname(path))
    if result.returncode:
        sys.exit(f"{path}: kubectl: {result.stderr}")
    return result.stdout


def linted(raydeck, path, text, ignored):
    given = [argument for pair in GIVEN.items() for argument in ("--var", "=".join(pair))]
    result = run(raydeck, "lint", "-o", "json", *given, "-" if text else path, input=text)
    found = json.loads(result.stdout)["findings"]
    return [f"lint {f['severity']} {f['id']}, line {f['line']}: {f['message']}" for f in found
            if f["severity"] in ("error", "warning") and f["id"] not in ignored]


def main(raydeck, folder):
    crds, values, wrong, checked, objects = validators(folder), variables(raydeck), [], 0, 0
    assert any(kind == "RayService" for _, kind in crds), f"{folder}: no CRD of RayService"
    paths = run("git", "ls-files", "-co", "--exclude-standard", "deploy/*.yaml", "deploy/*.yml").stdout.split()
    for path in OTHER.keys() - set(paths):
        wrong.append(f"{path}: named here, and not there")
    for path in paths:
        with open(path, encoding="utf-8") as f:
            text = f.read()
        # kubectl keeps no comment: those of a kustomization hold for what it becomes.
        ignored = set(re.findall(r"^# raydeck: ignore (\w+) \S", text, re.M))
        is_rendered = os.path.basename(path) == "kustomization.yaml" or CHART.match(path)
        if path in OTHER or (CHART.match(path) and not path.endswith("Chart.yaml")):
            continue
        if is_rendered and (text := rendered(path)) is None:
            continue
        checked += 1
        for document in documents(text, values):
            objects += 1
            wrong += [f"{path}: {document.get('kind')}: {fault}" for fault in faults(document, crds)]
        wrong += [f"{path}: {finding}" for finding in linted(raydeck, path, text if is_rendered else None, ignored)]
    print("\n".join(wrong))
    print(f"{checked} of {len(paths)} files, {objects} objects; {len(wrong)} faults")
    return 1 if wrong or not objects else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
