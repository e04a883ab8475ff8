"""Cuts a streamed text at the first of its stop strings, which OpenAI leaves out of the answer."""

from __future__ import annotations

from collections.abc import Sequence


class StopCut:
    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = [stop for stop in stops if stop]
        self._held = ""  # may be the beginning of a stop string
        self.stopped = False

    def feed(self, text: str) -> str:
        """What of the text may be shown. Nothing more once `stopped` is set."""
        if self.stopped:
            return ""
        held = self._held + text
        ends = [at for stop in self._stops if (at := held.find(stop)) >= 0]
        if ends:
            self.stopped = True
            self._held = ""
            return held[: min(ends)]
        keep = max((self._beginning(held, stop) for stop in self._stops), default=0)
        self._held = held[len(held) - keep :]
        return held[: len(held) - keep]

    def rest(self) -> str:
        """What was held back, once the text is over."""
        held, self._held = self._held, ""
        return held

    @staticmethod
    def _beginning(text: str, stop: str) -> int:
        """The length of the longest end of the text that a stop string begins with."""
        return next((n for n in range(min(len(stop) - 1, len(text)), 0, -1) if text.endswith(stop[:n])), 0)
