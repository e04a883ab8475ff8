"""A .c file has at most 600 lines; the only mutable global is the saved termios; no file says TODO; the tests hold more
raw lines than the product."""
import re

from sources import c_files, code, raw_lines, report

MOST = 600
GLOBAL_ALLOWED = {"tui/term/termios.c": 1}
# A definition at file level, not const, not a function: static or not.
GLOBAL = re.compile(r"^(?:static\s+)?(?!typedef|const|extern|struct \w+ \{|enum|union|return|static const)"
                    r"(?:(?:unsigned|signed|struct|enum|volatile|_Atomic|_Thread_local)\s+)*\w+[\s*]+"
                    r"(?!const\b)(\w+)(?:\[[^\]]*\])*\s*(?:=[^=].*|;)\s*$")


def globals_of(path):
    depth = 0
    for number, line in enumerate(code(path).splitlines(), 1):
        if depth == 0 and not line.startswith((" ", "\t", "#", "}")):
            match = GLOBAL.match(line)
            if match and "(" not in line.split("=")[0] and " const " not in line.split("=")[0] and "*const" not in line:
                yield number, match.group(1)
        depth += line.count("{") - line.count("}")


found = []
for path in c_files("backends", "deploy", "tui"):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    if path.endswith(".c"):
        lines = text.count("\n")
        if lines > MOST:
            found.append(f"{path}: {lines} lines, more than {MOST}: split it by idea")
        seen = list(globals_of(path))
        if len(seen) > GLOBAL_ALLOWED.get(path, 0):
            found += [f"{path}:{number}: a mutable global: {name}" for number, name in seen]
    for number, line in enumerate(text.splitlines(), 1):
        if re.search(r"\b(TODO|FIXME|XXX|HACK)\b", line):
            found.append(f"{path}:{number}: unfinished business belongs into an issue")
# As CONTRIBUTING.md says: the simulator is neither.
PRODUCT = [f"{root}/*.{kind}" for root in ("backends", "deploy", "tui") for kind in ("c", "h", "def", "proto")]
product = raw_lines(*PRODUCT, ":!backends/sim")
tests = raw_lines("tests/*.c", "tests/*.h", "tests/*.py", "tests/*.sh", "tests/screens/*.txt")
if tests <= product:
    found.append(f"tests: {tests} raw lines, the product has {product}: what is not tested?")
report(found)
