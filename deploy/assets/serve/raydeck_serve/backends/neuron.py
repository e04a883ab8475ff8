"""A model on NeuronCores, by vLLM with its Neuron plugin, as the Neuron inference images ship it.

For inf2 and trn1 that is the plugin on NxD Inference (the image's tag is in Dockerfile.neuron, and why in README.md).
transformers-neuronx, which older images served with, has been out of support since September 2025.
Ray sets NEURON_RT_VISIBLE_CORES to the cores that this replica reserves.
"""

from __future__ import annotations

import asyncio
import glob
import os
import uuid
from collections.abc import AsyncIterator, Sequence
from typing import Any

from raydeck_serve.backends.base import Backend, BackendError, Finish, ModelGone, Prompt, PromptError
from raydeck_serve.backends.hub import hub_environment, load_error
from raydeck_serve.events import Message, Piece, Sampling
from raydeck_serve.settings import Settings

DEVICES = "/dev/neuron*"


class NeuronBackend(Backend):
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._engine: Any = None
        self._tokenizer: Any = None

    def load(self) -> None:
        hub_environment(os.environ)  # type: ignore[arg-type]  # os.environ behaves as a dict of strings
        if not glob.glob(DEVICES):
            raise BackendError(
                f"no Neuron device in this pod ({DEVICES}): the worker group requests aws.amazon.com/neuron, and the"
                " K8s node needs the Neuron device plugin"
            )
        try:
            from transformers import AutoTokenizer
            from vllm import AsyncEngineArgs, AsyncLLMEngine
        except ImportError as error:
            raise BackendError(f"the neuron backend needs vLLM and its Neuron plugin in the image: {error}") from None
        where = {"revision": self._settings.model_revision} if self._settings.model_revision else {}
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(self._settings.model_id, **where)
            self._engine = AsyncLLMEngine.from_engine_args(
                AsyncEngineArgs(
                    model=self._settings.model_id,
                    tensor_parallel_size=self._settings.neuron_cores,
                    max_num_seqs=self._settings.max_concurrent,
                    max_model_len=self._settings.max_model_tokens,
                    enable_prefix_caching=False,
                    enable_chunked_prefill=False,
                    **where,
                )
            )
        except Exception as error:  # the engine starts processes of its own, and wraps what they raise
            raise load_error(self._settings.model_id, error) from None

    def encode(self, messages: Sequence[Message]) -> Prompt:
        turns = [{"role": m.role, "content": m.content} for m in messages]
        try:
            text = self._tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
        except Exception as error:  # a template is a program of the model's author
            raise PromptError(f"the model's chat template refuses these messages: {error}") from None
        ids = self._tokenizer(text, add_special_tokens=False)["input_ids"]
        return Prompt(text, len(ids), tuple(ids))

    async def generate(self, prompt: Prompt, sampling: Sampling, max_tokens: int) -> AsyncIterator[Piece | Finish]:
        from vllm import SamplingParams

        params = SamplingParams(
            max_tokens=max_tokens,
            temperature=sampling.temperature,
            top_p=sampling.top_p,
            seed=sampling.seed,
            stop=list(sampling.stop),
        )
        request_id = uuid.uuid4().hex
        length = tokens = 0
        finish: str | None = None
        try:
            async for output in self._engine.generate({"prompt_token_ids": list(prompt.ids)}, params, request_id):
                answer = output.outputs[0]
                text, count = answer.text[length:], len(answer.token_ids)
                if text:
                    yield Piece(text, count - tokens)
                    length, tokens = len(answer.text), count
                finish = answer.finish_reason or finish
        except Exception as error:
            await self.check()  # an engine that is dead is told from a request that failed
            raise error
        finally:
            if finish is None:  # stopped, or failed: the engine still works on it
                await asyncio.shield(self._engine.abort(request_id))
        yield Finish("length" if finish == "length" else "stop")

    async def check(self) -> None:
        try:
            await self._engine.check_health()
        except Exception as error:
            raise ModelGone(f"the vLLM engine is dead: {error}") from None

    def close(self) -> None:
        if self._engine is not None:
            self._engine.shutdown()
