#!/usr/bin/env python3
"""lint over a folder of manifests: a table of rule by how often it is found, and in how many files.

lint_corpus.py RAYDECK FOLDER [OPTION ...]: options go to raydeck lint. Files are those that lint itself takes from a folder, read a
few at a time, so that no finding is dropped. What is no manifest is counted apart."""
import collections
import json
import os
import subprocess
import sys

AT_ONCE = 50
SEVERITIES = ("error", "warning", "info", "unknown")


def files_of(folder):
    for path, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(names):
            whole = os.path.join(path, name)
            if name.endswith((".yaml", ".yml", ".json")) and not name.startswith(".") and os.path.isfile(whole):
                yield whole


def lint(raydeck, files, options):
    done = subprocess.run([raydeck, "lint", "-o", "json", "--only-manifests", *options, "--", *files],
                          capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        print(done.stderr.strip(), file=sys.stderr)
    return json.loads(done.stdout) if done.stdout else {"findings": [], "files": [], "dropped": 0}


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    raydeck, folder, options = sys.argv[1], sys.argv[2], sys.argv[3:]
    files = list(files_of(folder))
    found, where, title = collections.Counter(), collections.defaultdict(set), {}
    objects = dropped = others = 0
    for at in range(0, len(files), AT_ONCE):
        result = lint(raydeck, files[at:at + AT_ONCE], options)
        dropped += result["dropped"]
        for file in result["files"]:
            objects += file["objects"]
            others += file["objects"] == 0 and file["file"] != "."
        for finding in result["findings"]:
            if finding["id"] == "M5":
                continue
            key = finding["id"]
            found[key, finding["severity"]] += 1
            where[key].add(finding["file"])
            title[key] = finding["title"]
    print(f"{'rule':5}{'error':>8}{'warning':>9}{'info':>6}{'unknown':>9}{'files':>7}  what")
    for key in sorted(title, key=lambda k: (k[0], int(k[1:]))):
        e, w, i, u = (found[key, s] for s in SEVERITIES)
        print(f"{key:5}{e:8}{w:9}{i:6}{u:9}{len(where[key]):7}  {title[key]}")
    print(f"{len(files)} files, {others} of them without an object of Kubernetes; {objects} objects" +
          (f"; {dropped} findings dropped" if dropped else ""))


main()
