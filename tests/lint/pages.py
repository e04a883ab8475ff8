"""Each promise of SECURITY.md names a test that is there; ARCHITECTURE, CONTRIBUTING and README name files that are there;
the package's version is the Makefile's."""
import os
import re

from sources import report

found = []
with open("SECURITY.md", encoding="utf-8") as f:
    text = f.read()
promises = re.findall(r"^- \*\*.*?(?=^- \*\*|^## |\Z)", text, re.S | re.M)
for promise in promises:
    names = re.findall(r"`((?:unit|wire|screens|e2e)/\w+): (\w+)`", promise)
    if not names:
        found.append(f"SECURITY.md: a promise without a test: {promise.splitlines()[0]}")
    for path, name in names:
        source = f"tests/{path}.c"
        if not os.path.exists(source) or not re.search(rf"^static void {name}\(", open(source, encoding="utf-8").read(), re.M):
            found.append(f"SECURITY.md: there is no test {path}: {name}")
for page in ("ARCHITECTURE.md", "CONTRIBUTING.md", "README.md", "SECURITY.md"):
    with open(page, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            for path in re.findall(r"`((?:backends|deploy|tui|tests|themes)/[\w./]+\.(?:c|h|def|py|sh|txt|yaml))`", line):
                if not os.path.exists(path):
                    found.append(f"{page}:{number}: there is no {path}")
with open("Makefile", encoding="utf-8") as f:
    version = re.search(r"^VERSION\s*:=\s*(\S+)", f.read(), re.M).group(1)
with open("debian/changelog", encoding="utf-8") as f:
    if not f.readline().startswith(f"raydeck ({version})"):
        found.append(f"debian/changelog: its first version is not the Makefile's, {version}")
report(found)
