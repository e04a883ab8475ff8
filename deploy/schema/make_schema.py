#!/usr/bin/env python3
"""Makes schema.def, the compact table of what the API server takes, out of CustomResourceDefinitions.

make_schema.py VERSION=FOLDER... > schema.def, oldest first: FOLDER holds the CRDs (.yaml or .yaml.gz) of that KubeRay,
of its ray-operator/config/crd/bases. Kubernetes' own kinds come from core.yaml, beside this script.

What is alike is one type. A field is that of the newest version that has it, with the versions that do not. Left out:
status (the API server ignores it when an object is created), the patterns and lengths of conditions, and rules in CEL
other than "self in [...]".
"""
import glob
import gzip
import os
import re
import sys

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
KINDS = {"boolean": "BOOLEAN", "integer": "INTEGER", "number": "NUMBER", "string": "STRING"}
ALWAYS = 255
ANY = ("ANY", "NONE", (), None, ())


def load(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as f:
        return yaml.load(f, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def crds(folder):
    """{"RayService v1": its schema}"""
    found = {}
    for path in sorted(glob.glob(os.path.join(folder, "*.yaml")) + glob.glob(os.path.join(folder, "*.yaml.gz"))):
        crd = load(path)
        if not isinstance(crd, dict) or crd.get("kind") != "CustomResourceDefinition" or "spec" not in crd:
            raise SystemExit(f"{path}: not a CustomResourceDefinition")
        for version in crd["spec"]["versions"]:
            if version["served"]:
                found[f"{crd['spec']['names']['kind']} {version['name']}"] = version["schema"]["openAPIV3Schema"]
    return found


def words_of(node):
    for rule in node.get("x-kubernetes-validations", []):
        match = re.fullmatch(r"self in \[(.*)\]", rule["rule"])
        if match:
            return tuple(re.findall(r"'([^']*)'", match.group(1)))
    return tuple(node.get("enum", ()))


def check_of(node, core):
    if node.get("x-kubernetes-int-or-string"):
        return ("AMOUNT" if core else "QUANTITY") if "pattern" in node else "NONE"
    if node.get("format") in ("int32", "int64"):
        return node["format"].upper() + ("_FROM_0" if node.get("minimum") == 0 else "")
    return "DATE_TIME" if node.get("format") == "date-time" else "NONE"


def made(versions, core=False):
    """A type out of [(minor, schema)], oldest first: (kind, check, words, item, fields)."""
    newest = versions[-1][1]
    if newest is ANY:
        return ANY

    def inner(key):
        return made([(minor, n[key]) for minor, n in versions if isinstance(n.get(key), dict)], core)
    if newest.get("x-kubernetes-int-or-string"):
        return ("INT_OR_STRING", check_of(newest, core), (), None, ())
    if newest.get("type") == "array":
        return ("LIST", "NONE", (), inner("items"), ())
    if newest.get("type") == "object":
        if "properties" in newest:
            return ("OBJECT", "NONE", (), None, fields(versions, core))
        return ("MAP", "NONE", (), inner("additionalProperties"), ()) if "additionalProperties" in newest \
            else ("MAP", "NONE", (), ANY, ())
    if newest.get("type") not in KINDS:
        return ANY
    return (KINDS[newest["type"]], check_of(newest, core), words_of(newest), None, ())


def fields(versions, core):
    names = sorted({name for _, node in versions for name in node.get("properties", {})})
    minors = [minor for minor, _ in versions]
    all_of = []
    for name in names:
        having = [(minor, node["properties"][name]) for minor, node in versions if name in node.get("properties", {})]
        newest = having[-1][1]
        since = having[0][0] if having[0][0] != minors[0] else 0
        until = having[-1][0] if having[-1][0] != minors[-1] else 0
        # A default is put in before required fields are looked for.
        needing = [] if newest is not ANY and "default" in newest else \
            [minor for minor, node in versions if name in node.get("required", ())]
        needed = ALWAYS if needing and needing[-1] == minors[-1] else needing[-1] if needing else 0
        all_of.append((name, made(having, core), needed, since, until))
    return tuple(all_of)


def at_path(node, path):
    for part in path.split("."):
        name, *lists = part.split("[]")
        node = node["properties"][name]
        for _ in lists:
            node = node["items"]
    return node


def root(versions, meta, newest_cluster):
    """A custom resource: its metadata is Kubernetes' own, its status is not looked at. Where only the CRD of RayCluster
    is at hand for the newest version, the other kinds keep the fields of their last one, with that cluster in them."""
    def whole(node, cluster, top=True):
        node = dict(node, properties=dict(node.get("properties", {})))
        if top:
            node["properties"].update(metadata=meta, status=ANY)
        for name in node["properties"]:
            if name in ("spec", "jobTemplate"):
                node["properties"][name] = whole(node["properties"][name], cluster, False)
            elif name == "rayClusterSpec" and cluster:
                node["properties"][name] = cluster
        return node
    minor, cluster = newest_cluster[0], at_path(newest_cluster[1], "spec")
    all_of = [(version, whole(node, None)) for version, node in versions]
    return made(all_of + ([(minor, whole(versions[-1][1], cluster))] if versions[-1][0] < minor else []))


class Table:
    """Types by number, each after those that it is made of."""

    def __init__(self):
        self.numbers, self.types, self.fields, self.words = {}, [], [], []

    def number(self, kind):
        name, check, words, item, parts = kind
        item = -1 if item is None else self.number(item)
        parts = tuple((field, self.number(inner), *rest) for field, inner, *rest in parts)
        key = (name, check, words, item, parts)
        if key not in self.numbers:
            first = len(self.fields) if parts else 0
            self.fields += parts
            at = len(self.words) if words else -1
            self.words += [*words, None] if words else []
            self.types.append((name, check, at, item, first, len(parts)))
            self.numbers[key] = len(self.types) - 1
        return self.numbers[key]


def c_name(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' if text is not None else "NULL"


def rows(items, width=120):
    """As many on a line as fit."""
    lines, line = [], ""
    for item in items:
        if line and len(line) + 1 + len(item) > width:
            lines.append(line)
            line = ""
        line += (" " if line else "") + item
    return "\n".join(lines + [line] if line else lines)


def main(args):
    core = load(os.path.join(HERE, "core.yaml"))
    meta, by_kind, names = core["ObjectMeta"], {}, []
    for arg in args:
        name, _, folder = arg.partition("=")
        if not re.fullmatch(r"v?\d+\.\d+.*", name) or not os.path.isdir(folder):
            raise SystemExit(f"{arg}: VERSION=FOLDER is expected, as 1.6=config/crd/bases")
        minor = int(name.split(".")[1])
        names.append(name)
        for kind, schema in crds(folder).items():
            by_kind.setdefault(kind, []).append((minor, schema))
    newest = {kind: versions[-1] for kind, versions in by_kind.items()}
    table, roots = Table(), []
    for kind, versions in sorted(by_kind.items()):
        name, version = kind.split()
        roots.append((f"ray.io/{version}", name, table.number(root(versions, meta, newest[f"RayCluster {version}"])),
                      versions[0][0], versions[-1][0]))
    for kind, properties in core["kinds"].items():
        version, name = kind.split()
        whole = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": meta, "status": ANY}
        for field, schema in properties.items():
            if "$use" in schema:
                of, of_version, path = schema["$use"].split()
                schema = at_path(newest[f"{of} {of_version}"][1], path)
            whole[field] = schema
        number = table.number(made([(0, {"type": "object", "properties": whole})], core=True))
        roots.append((version, name, number, 0, 0))
    print(f"""/*
 * schema.def - what the API server takes: types, required fields, enumerations and formats. Made by make_schema.py from
 * the CRDs of KubeRay {", ".join(names)}, and core.yaml.
 *
 * SCHEMA_ROOT(apiVersion, kind, its type, minor version of the first and of the last KubeRay looked at; 0: Kubernetes)
 * SCHEMA_TYPE(kind, check, first of its words or -1, type of its items or -1, first of its fields, count of fields)
 * SCHEMA_FIELD(name, type, the last minor version that requires it (255: each), the first that has it, the last)
 *   0: none requires it; there is no bound
 * SCHEMA_WORD(a value; NULL ends one type's)
 * The fields of a type are sorted by name.
 */""")
    print("#ifdef SCHEMA_ROOT\n" + "\n".join(f"SCHEMA_ROOT({c_name(a)}, {c_name(k)}, {n}, {s}, {u})"
                                             for a, k, n, s, u in roots) + "\n#endif")
    print("#ifdef SCHEMA_TYPE\n" + rows(f"SCHEMA_TYPE({k}, {c}, {w}, {i}, {f}, {n})"
                                        for k, c, w, i, f, n in table.types) + "\n#endif")
    print("#ifdef SCHEMA_FIELD\n" + rows(f"SCHEMA_FIELD({c_name(n)}, {t}, {r}, {s}, {u})"
                                         for n, t, r, s, u in table.fields) + "\n#endif")
    print("#ifdef SCHEMA_WORD\n" + rows(f"SCHEMA_WORD({c_name(w)})" for w in table.words) + "\n#endif")


if __name__ == "__main__":
    main(sys.argv[1:])
