"""A model on the CPU, by transformers: any instruct model with a chat template.

One thread owns the model and answers one request at a time. It is the model: where it has ended, or fails at every
request, the model is gone.
"""

from __future__ import annotations

import asyncio
import os
import queue
import threading
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from raydeck_serve.backends.base import Backend, BackendError, Finish, ModelGone, Prompt, PromptError
from raydeck_serve.backends.hub import hub_environment, load_error
from raydeck_serve.backends.stop import StopCut
from raydeck_serve.events import Message, Piece, Sampling
from raydeck_serve.settings import Settings

FAILURES_MOST = 3  # in a row; the model is taken for gone then


@dataclass
class _Job:
    prompt: Prompt
    sampling: Sampling
    max_tokens: int
    loop: asyncio.AbstractEventLoop
    items: asyncio.Queue[Piece | Finish | Exception] = field(default_factory=asyncio.Queue)
    stopped: threading.Event = field(default_factory=threading.Event)

    def put(self, item: Piece | Finish | Exception) -> None:
        """Called on the model's thread. The loop may have been closed meanwhile: nobody waits then."""
        try:
            self.loop.call_soon_threadsafe(self.items.put_nowait, item)
        except RuntimeError:
            self.stopped.set()


class CpuBackend(Backend):
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._tokenizer: Any = None
        self._model: Any = None
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._failures = 0
        self._thread = threading.Thread(target=self._run, name="model", daemon=True)

    def load(self) -> None:
        hub_environment(os.environ)  # type: ignore[arg-type]  # os.environ behaves as a dict of strings
        try:
            from transformers import AutoModelForCausalLM, AutoTokenizer
        except ImportError as error:
            raise BackendError(f"the cpu backend needs torch and transformers in the image: {error}") from None
        where = {"revision": self._settings.model_revision} if self._settings.model_revision else {}
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(self._settings.model_id, **where)
            self._model = AutoModelForCausalLM.from_pretrained(self._settings.model_id, **where).eval()
        except Exception as error:  # transformers raises many types
            raise load_error(self._settings.model_id, error) from None
        if not self._tokenizer.chat_template:
            raise BackendError(f"the model {self._settings.model_id!r} has no chat template: take an instruct model")
        self._thread.start()

    def encode(self, messages: Sequence[Message]) -> Prompt:
        turns = [{"role": m.role, "content": m.content} for m in messages]
        try:
            text = self._tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
        except Exception as error:  # a template is a program of the model's author
            raise PromptError(f"the model's chat template refuses these messages: {error}") from None
        ids = self._tokenizer(text, add_special_tokens=False)["input_ids"]
        return Prompt(text, len(ids), tuple(ids))

    async def generate(self, prompt: Prompt, sampling: Sampling, max_tokens: int) -> AsyncIterator[Piece | Finish]:
        await self.check()
        job = _Job(prompt, sampling, max_tokens, asyncio.get_running_loop())
        self._jobs.put(job)
        try:
            while True:
                item = await job.items.get()
                if isinstance(item, Exception):
                    raise item
                yield item
                if isinstance(item, Finish):
                    return
        finally:
            job.stopped.set()

    async def check(self) -> None:
        if not self._thread.is_alive():
            raise ModelGone("the model's thread has ended")
        if self._failures >= FAILURES_MOST:
            raise ModelGone(f"the model failed at {self._failures} requests in a row")

    def close(self) -> None:
        self._jobs.put(None)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            if job.stopped.is_set():
                continue
            try:
                job.put(Finish(self._answer(job)))
                self._failures = 0
            except Exception as error:  # handed to the one who asked; the thread lives on
                self._failures += 1
                job.put(error)

    def _answer(self, job: _Job) -> str:
        """Generates on this thread, hands each piece on, and returns the finish reason."""
        import torch
        from transformers import StoppingCriteria, StoppingCriteriaList, TextStreamer, set_seed

        cut = StopCut(job.sampling.stop)

        class Pieces(TextStreamer):  # type: ignore[misc]  # transformers has no types here
            tokens = 0  # since the last piece

            def put(self, value: Any) -> None:
                if not self.next_tokens_are_prompt:
                    self.tokens += value.numel()
                super().put(value)

            def on_finalized_text(self, text: str, stream_end: bool = False) -> None:
                job.put(Piece(cut.feed(text) + (cut.rest() if stream_end else ""), self.tokens))
                self.tokens = 0

        class Stopped(StoppingCriteria):  # type: ignore[misc]
            def __call__(self, input_ids: Any, scores: Any, **kwargs: Any) -> Any:
                return torch.full((input_ids.shape[0],), cut.stopped or job.stopped.is_set(), dtype=torch.bool)

        ids = torch.tensor([job.prompt.ids])
        options: dict[str, Any] = {"max_new_tokens": job.max_tokens, "do_sample": job.sampling.temperature > 0}
        if options["do_sample"]:
            options |= {"temperature": job.sampling.temperature, "top_p": job.sampling.top_p}
        if job.sampling.seed is not None:
            set_seed(job.sampling.seed)
        eos = self._model.generation_config.eos_token_id
        ends = eos if isinstance(eos, list) else [eos]
        if self._tokenizer.eos_token_id is not None:
            options["pad_token_id"] = self._tokenizer.eos_token_id
        with torch.inference_mode():
            made = self._model.generate(
                ids,
                attention_mask=torch.ones_like(ids),
                streamer=Pieces(self._tokenizer, skip_prompt=True, skip_special_tokens=True),
                stopping_criteria=StoppingCriteriaList([Stopped()]),
                **options,
            )
        cut_short = made.shape[1] - len(job.prompt.ids) >= job.max_tokens and int(made[0, -1]) not in ends
        return "length" if cut_short and not cut.stopped else "stop"
