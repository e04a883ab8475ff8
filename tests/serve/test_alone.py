"""`make serve-demo` as it runs without a terminal: before the other tests' cluster is there."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_demo_loses_its_head_and_no_prompt():
    env = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "deploy/assets/serve"),
        "RAYDECK": os.environ.get("RAYDECK", str(ROOT / "build/raydeck")),
        "TMPDIR": str(short_folder()),
    }
    command = [sys.executable, "-m", "demo", "--port", "0"]
    done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 of 5 prompts answered" in done.stdout
    assert done.stdout.count("without a head: The head runs the GCS") == 3
    assert ", answered by demo-worker-" in done.stdout  # X-Serving-Pod, as raydeck reads it
    # raydeck beside it: the GCS's own records of what happened, out of Redis.
    assert "DEAD   head" in done.stdout
    assert "ALIVE  head" in done.stdout
    assert left_behind(env["TMPDIR"]) == []
    os.rmdir(env["TMPDIR"])


def short_folder():
    """Ray's sockets are below it, whose names are short; pytest's folders are deep."""
    folder = Path("/tmp") / f"rd{os.getpid()}"
    folder.mkdir()
    return folder


def left_behind(folder):
    """Files, and processes that were started with that TMPDIR."""
    found = os.listdir(folder)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if f"TMPDIR={folder}".encode() in (entry / "environ").read_bytes().split(b"\0"):
                    found.append((entry / "cmdline").read_text())
            except OSError:
                pass
    return found
