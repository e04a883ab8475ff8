"""Static functions are named with what they act on; every .c and .h opens with what it is for; no two files have one name."""
import os
import re

from sources import c_files, code, report

STATIC = re.compile(r"^static (?:inline |_Noreturn )?(?:const )?[\w ]+?[ *]+(?:__attribute__\(\(.*?\)\)\s+)?(\w+)\(", re.M)
# Private headers have one suffix.
PRIVATE = re.compile(r"_(inside|own|state|memory|internal|private)\.h$")

found, seen = [], {}
for path in c_files():
    base = os.path.basename(path)
    if base in seen and base != "corpus.txt":
        found.append(f"{path}: {seen[base]} has this name already")
    seen[base] = path
    if PRIVATE.search(base):
        found.append(f"{path}: a private header ends in _priv.h")
    if not path.endswith((".c", ".h")):
        continue
    with open(path, encoding="utf-8") as f:
        opening = f.read(400)
    if not re.match(r"/\*\s*(?:\* )?" + re.escape(base) + " - ", opening):
        found.append(f"{path}: does not open with /* {base} - what it is for */")
    if path.endswith(".h"):
        continue
    # Test cases are named with sentences, which cmocka prints; their helpers with what they act on, as all else.
    text = code(path)
    for match in STATIC.finditer(text):
        if "_" not in match.group(1).strip("_"):
            line = text[:match.start()].count("\n") + 1
            found.append(f"{path}:{line}: {match.group(1)}() does not say what it acts on")
report(found)
