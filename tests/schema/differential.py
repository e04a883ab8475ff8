"""Breaks good manifests at random, and has lint and a JSON-Schema validator judge them: they must find the same places.

differential.py RAYDECK FOLDER COUNT SEED [VERSION]: FOLDER holds KubeRay's CRDs (.yaml or .yaml.gz), of that version if
one is given (lint --kuberay). As the API server does, nulls are taken away and defaults are put in before the validation. metadata is left alone: a CRD says nothing of it.
"""
import copy
import glob
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile

import jsonschema
import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
DOCUMENTS = 250  # in a file: all its findings fit
VALUES = ["text", "", "5", "true", 5, 0, -1, 1.5, 2.0, 3000000000, True, False, None, [], {}, [1], ["a"], {"a": 1},
          {"a": "b"}, [None], [{}], {"name": "x"}, "500m", "1 Gi", "Nonesuch", ".5E-2"]
CHECKED = {"type", "required", "enum", "anyOf", "pattern", "minimum", "format"}

formats = jsonschema.FormatChecker(formats=())


@formats.checks("int32")
def is_int32(value):
    return isinstance(value, bool) or not isinstance(value, (int, float)) or -2**31 <= value < 2**31


def defaulted(schema):
    """A required field with a default is never missing."""
    if isinstance(schema, dict):
        schema = {key: defaulted(value) for key, value in schema.items()}
        if isinstance(schema.get("required"), list):
            schema["required"] = [name for name in schema["required"]
                                  if "default" not in schema["properties"].get(name, {})]
    elif isinstance(schema, list):
        schema = [defaulted(value) for value in schema]
    return schema


def validators(folder):
    found = {}
    for path in glob.glob(os.path.join(folder, "*.yaml")) + glob.glob(os.path.join(folder, "*.yaml.gz")):
        with (gzip.open if path.endswith(".gz") else open)(path, "rb") as f:
            crd = yaml.load(f, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        for version in crd["spec"]["versions"]:
            key = f"{crd['spec']['group']}/{version['name']}", crd["spec"]["names"]["kind"]
            found[key] = jsonschema.Draft7Validator(defaulted(version["schema"]["openAPIV3Schema"]),
                                                    format_checker=formats)
    return found


def pruned(value):
    if isinstance(value, dict):
        return {key: pruned(inner) for key, inner in value.items() if inner is not None}
    return [pruned(inner) for inner in value] if isinstance(value, list) else value


def places(value, found):
    for key in (value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()):
        found.append((value, key))
        places(value[key], found)
    return found


def broken(manifest, rng):
    body = {"spec": copy.deepcopy(manifest["spec"])}
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        if not body:
            break
        holder, key = rng.choice(places(body, []))
        what = rng.randrange(5)
        if what == 0:
            del holder[key]
        elif what == 1 and isinstance(holder[key], dict):
            holder[key][rng.choice(("x", "name", "value", "replicas"))] = copy.deepcopy(rng.choice(VALUES))
        elif what == 2:
            holder[key] = [holder[key]] if not isinstance(holder[key], list) else {"name": "x"}
        else:
            holder[key] = copy.deepcopy(rng.choice(VALUES))
    return {**{key: manifest[key] for key in ("apiVersion", "kind", "metadata")}, **body}


def path_text(parts):
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else ("." if text else "") + part
    return text or "the object"


def judged(validator, manifest):
    found = set()
    for error in validator.iter_errors(pruned(manifest)):
        if error.validator not in CHECKED:
            continue
        if error.validator == "required":
            for name in error.validator_value:
                if name not in error.instance:
                    found.add(("K2", path_text([*error.absolute_path, name])))
        else:
            found.add(("K1", path_text(error.absolute_path)))
    return found


def linted(raydeck, kuberay, manifests):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as f:
        f.write("\n---\n".join(json.dumps(manifest) for manifest in manifests))
        f.flush()
        result = subprocess.run([raydeck, "lint", "-o", "json", *kuberay, f.name], capture_output=True, text=True, check=False)
    report, found = json.loads(result.stdout), [set() for _ in manifests]
    assert not report["dropped"]
    for finding in report["findings"]:
        assert finding["id"] not in ("M1", "M2"), finding
        if finding["id"] in ("K1", "K2"):
            path = finding["message"].split(" ", 1)[0]
            found[finding["document"] - 1].add((finding["id"], "the object" if path == "the" else path))
    return found


def main(raydeck, folder, count, seed, *version):
    kuberay = [f"--kuberay={version[0]}"] if version and version[0] else []
    rng, checks = random.Random(int(seed)), validators(folder)
    with open(os.path.join(HERE, "good.yaml"), encoding="utf-8") as f:
        good = [m for m in yaml.safe_load_all(f) if (m["apiVersion"], m["kind"]) in checks]
    cases = good + [broken(rng.choice(good), rng) for _ in range(int(count))]
    refused, differ = 0, 0
    for start in range(0, len(cases), DOCUMENTS):
        batch = cases[start:start + DOCUMENTS]
        for offset, (manifest, ours) in enumerate(zip(batch, linted(raydeck, kuberay, batch))):
            theirs = judged(checks[manifest["apiVersion"], manifest["kind"]], manifest)
            refused += bool(theirs)
            if ours != theirs or (theirs and start + offset < len(good)):
                differ += 1
                if differ <= 5:
                    print(f"lint alone: {sorted(ours - theirs)}\nthe schema alone: {sorted(theirs - ours)}\n"
                          f"{json.dumps(manifest)}")
    print(f"{len(cases)} manifests of {len(good)} kinds of good ones, {refused} refused; judged differently: {differ}")
    return 1 if differ or not refused else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
