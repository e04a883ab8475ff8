#!/usr/bin/env python3
"""provider_table.py LIB VERSION: makes provider.json: the arguments that the AWS provider's resources take.

LIB is the folder lib/ of the npm package @cdktf/provider-aws, whose types are generated from the provider's own schema; only
the resources and data sources that deploy/assets/terraform uses are taken over. Of each argument: whether it is required.
"""
import json
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent / "deploy/assets/terraform"


def snake(name):
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


def used_types():
    """(kind, type) of each resource and data block in the modules."""
    found = set()
    for path in ROOT.rglob("*.tf"):
        found |= set(re.findall(r'^(resource|data) "(aws_\w+)"', path.read_text(), re.M))
    return sorted(found)


def config_of(text, interface):
    body = re.search(r"export interface %s\b[^{]*\{(.*?)\n\}" % interface, text, re.S).group(1)
    arguments = {}
    for name, optional, kind in re.findall(r"^\s+readonly (\w+)(\??): ([^;]+);", body, re.M):
        nested = re.match(r"\w+", kind).group(0) if re.match(r"\w", kind) else ""
        block = nested if re.search(r"export interface %s\b" % nested, text) else None
        arguments[snake(name)] = {
            "required": not optional,
            **({"block": config_of(text, block)} if block else {}),
        }
    return arguments


def main():
    lib, version = Path(sys.argv[1]), sys.argv[2]
    table = {"provider": "hashicorp/aws", "version": version, "resource": {}, "data": {}}
    for kind, type_name in used_types():
        short = type_name.removeprefix("aws_").replace("_", "-")
        folder = lib / (("data-aws-" if kind == "data" else "") + short)
        text = (folder / "index.d.ts").read_text()
        interface = re.search(r"export interface (\w+Config) extends cdktf.TerraformMetaArguments", text).group(1)
        table[kind][type_name] = config_of(text, interface)
    (HERE / "provider.json").write_text(json.dumps(table, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
