"""Includes point one way: backends/base <- backends/world, backends/link <- backends/* <- deploy <- tui.

Within backends, the kinds (kube, redis, neuron, serve …) do not know one another; session knows them through backend.h.
The simulator is a program of its own: it may use base and link only, so that it stays a true test of the rest.
"""
import re

from sources import c_files, code, report

SHARED = {"backends/backend.h", "backends/conf.h"}
LOW = {"backends/base"}
MAY = {
    "backends/base": set(),
    "backends/world": LOW,
    "backends/link": LOW,
    "backends": LOW | {"backends/world", "backends/link"},
    "backends/session": LOW | {"backends/world", "backends/link", "backends/serve", "backends/recording"},
    "backends/sim": LOW | {"backends/link"},
    "deploy": LOW | {"backends/world", "backends/link", "backends/session", "backends/aws",
               "backends/kube/request_body"},  # what is pure there
    "tui/draw": LOW | {"tui/term/input"},
    "tui/term": LOW | {"backends/link", "tui/draw"},
    "tui/panes": LOW | {"backends/world", "deploy/doctor", "deploy/finding", "deploy/start_cause", "deploy/steps", "tui/draw", "tui/term/input"},  # what is pure there
    "tui": LOW | {"backends/world", "backends/link", "backends/session", "backends/recording", "deploy", "tui/draw", "tui/term", "tui/panes"},
}
KIND = LOW | {"backends/world", "backends/link"}


def layer(path):
    parts = path.split("/")
    if parts[0] == "deploy":
        return "deploy"
    if len(parts) == 2:
        return parts[0]
    return "/".join(parts[:2])


def problems_of(path):
    here = layer(path)
    may = MAY.get(here, KIND)
    for number, line in enumerate(code(path).splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*["<]([^">]+)[">]', line)
        if not match:
            continue
        what = match.group(1)
        if re.match(r"(n?curses|term)\.h|ncursesw/", what) and here != "tui/term":
            yield f"{path}:{number}: only tui/term may include curses"
        if what.split("/")[0] not in ("backends", "deploy", "tui", "tests"):
            continue
        if what.startswith("tests/"):
            yield f"{path}:{number}: the product includes a test's file: {what}"
        elif what in SHARED:
            if here in ("backends/base", "backends/world", "backends/link", "backends/sim", "tui/draw", "tui/panes"):
                yield f"{path}:{number}: {here} may not include {what}"
        elif what.endswith(".pb-c.h") or what == "tui/commands.def" or what.startswith("tui/commands."):
            continue
        elif layer(what) != here and layer(what) not in may and not any(what.startswith(m + ".") for m in may):
            yield f"{path}:{number}: {here} may not include {what}"


report([p for f in c_files("backends", "deploy", "tui") for p in problems_of(f)])
