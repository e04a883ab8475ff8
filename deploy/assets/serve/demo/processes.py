"""Starts processes, and ends them with all their descendants, by pid.

Ray's processes leave the group of those that start them, and outlive them; `ray stop` ends every Ray process of the
machine, whoever started it. Here descendants are known by their parents, and by a mark in their environment: orphans
have no parent any more, and a process that sets its title has no environment any more.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

MARK = "RAYDECK_DEMO_MARK"


class Marked:
    """A process and its descendants."""

    def __init__(self, argv: Sequence[str], env: Mapping[str, str], log: Path) -> None:
        self.log = log
        self._mark = uuid.uuid4().hex
        with log.open("ab") as out:
            self._child = subprocess.Popen(
                argv,
                env={**env, MARK: self._mark},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def ended(self) -> bool:
        return self._child.poll() is not None

    def pids(self) -> list[int]:
        wanted = f"{MARK}={self._mark}".encode()
        parents = dict(_parents())
        marked = [pid for pid, environment in _environments() if wanted in environment.split(b"\0")]
        return sorted({*marked, *_descendants(self._child.pid, parents)} & parents.keys())

    def kill(self) -> None:
        """SIGKILL, as the loss of a pod is, until none is left: they may be starting others."""
        deadline = time.monotonic() + 30
        while pids := self.pids():
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self._child.poll()
            if time.monotonic() > deadline:
                raise TimeoutError(f"processes {pids} do not end")
            time.sleep(0.02)


def _parents() -> Iterator[tuple[int, int]]:
    """Of all processes that run; a zombie does not."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                # pid (name) state ppid …; the name may hold anything
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
                if state not in "ZX":
                    yield int(entry.name), int(parent)


def _descendants(pid: int, parents: Mapping[int, int]) -> set[int]:
    """With the process itself."""
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def _environments() -> Iterator[tuple[int, bytes]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):  # it has just ended, or is another user's
                yield int(entry.name), (entry / "environ").read_bytes()


def free_ports(count: int) -> list[int]:
    """Different from each other: all are held until the last is found."""
    with contextlib.ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def wait_until(holds: Callable[[], bool], what: str, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds:g} s: {what}")
        time.sleep(0.1)
