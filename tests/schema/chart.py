"""Renders a Helm chart without helm: the few forms of Go's templates that the charts under deploy/ use. Another form is an error.

Where helm is installed, assets.py holds what this makes against what helm makes.
"""
import json
import os
import re

import yaml

ACTION = re.compile(r"\{\{ (.+?) \}\}")
WORD = re.compile(r'"(?:[^"\\]|\\.)*"|\S+')


class ChartError(Exception):
    """A form that is not known here, or a value that is required."""


def value_of(word, scope):
    if word.startswith('"'):
        return json.loads(word)
    found = scope
    for name in word.split(".")[1:]:
        if not word.startswith(".") or not isinstance(found, dict) or name not in found:
            raise ChartError(f"no value {word}")
        found = found[name]
    return found if word.startswith(".") else int(word)


def call(name, arguments):
    if name == "quote":
        return json.dumps(str(arguments[0]))
    if name == "toJson":
        return json.dumps(arguments[0], separators=(",", ":"))
    if name == "mul":
        return arguments[0] * arguments[1]
    if name == "required":
        if not arguments[1]:
            raise ChartError(arguments[0])
        return arguments[1]
    raise ChartError(f"{name}: a function that is not known here")


def action(text, scope):
    """A pipeline: what a command makes is the last argument of the next one."""
    piped = []
    for command in text.split(" | "):
        first, *rest = WORD.findall(command)
        arguments = [value_of(word, scope) for word in rest] + piped
        piped = [value_of(first, scope) if first.startswith((".", '"')) else call(first, arguments)]
    return str(piped[0])


def render(folder, release, namespace, values):
    with open(os.path.join(folder, "values.yaml"), encoding="utf-8") as f:
        defaults = yaml.safe_load(f)
    if unknown := values.keys() - defaults.keys():
        raise ChartError(f"{folder}/values.yaml: no {', '.join(sorted(unknown))}")
    scope = {"Values": defaults | values, "Release": {"Name": release, "Namespace": namespace}}
    made = []
    for name in sorted(os.listdir(os.path.join(folder, "templates"))):
        with open(os.path.join(folder, "templates", name), encoding="utf-8") as f:
            text = ACTION.sub(lambda match: action(match.group(1), scope), f.read())
        if "{{" in text:
            raise ChartError(f"{name}: a form that is not known here: {text[text.index('{{'):][:40]}")
        made.append(text)
    return "\n---\n".join(made)
