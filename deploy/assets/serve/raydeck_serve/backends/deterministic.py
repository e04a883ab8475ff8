"""A model without weights: the same question has the same answer, at a steady rate. For tests and demos.

"count to 200" counts, so that a reader of the stream can tell a lost or repeated token. Other questions are answered
from a file of answers; the model is gone when that file is.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from raydeck_serve.backends.base import Backend, BackendError, Finish, ModelGone, Prompt
from raydeck_serve.backends.stop import StopCut
from raydeck_serve.events import Message, Piece, Sampling
from raydeck_serve.settings import Settings

ANSWERS = Path(__file__).with_name("answers.json")
_COUNT = re.compile(r"\bcount to (\d{1,6})\b", re.I)


class DeterministicBackend(Backend):
    def __init__(self, settings: Settings) -> None:
        self._file = Path(settings.deterministic_answers or ANSWERS)
        self._pause_s = 1 / settings.deterministic_tokens_per_s
        self._answers: dict[str, str] = {}

    def load(self) -> None:
        try:
            answers = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise BackendError(f"{self._file}: the model's answers cannot be read: {error}") from None
        if not isinstance(answers, dict) or not all(isinstance(text, str) for text in answers.values()):
            raise BackendError(f"{self._file}: not a JSON object of answers by key word")
        self._answers = answers

    def encode(self, messages: Sequence[Message]) -> Prompt:
        question = next((m.content for m in reversed(messages) if m.role == "user"), "")
        return Prompt(question, sum(len(m.content.split()) for m in messages))

    async def generate(self, prompt: Prompt, sampling: Sampling, max_tokens: int) -> AsyncIterator[Piece | Finish]:
        cut = StopCut(sampling.stop)
        words = self.answer(prompt.text).split(" ")
        for number, word in enumerate(words[:max_tokens]):
            await asyncio.sleep(self._pause_s)
            await self.check()
            yield Piece(cut.feed(word if number == 0 else " " + word))
            if cut.stopped:
                break
        yield Piece(cut.rest(), 0)
        yield Finish("length" if len(words) > max_tokens and not cut.stopped else "stop")

    def answer(self, question: str) -> str:
        count = _COUNT.search(question)
        if count:
            return " ".join(str(n) for n in range(1, int(count.group(1)) + 1))
        asked = question.lower()
        known = [text for key, text in self._answers.items() if key and key in asked]
        return " ".join(known) or f"{self._answers.get('', '')} You asked: {' '.join(question.split())}".strip()

    async def check(self) -> None:
        if not self._file.exists():
            raise ModelGone(f"{self._file}: the answers of the deterministic model are gone")

    def close(self) -> None:
        self._answers = {}
