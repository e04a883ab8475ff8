"""The settings of the application: environment variables, checked once; an error names the variable and its values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

BACKENDS = ("neuron", "cpu", "deterministic")
# Used where MODEL_ID is not set. The deterministic backend has no weights and takes no model.
DEFAULT_MODEL = {
    "neuron": "mistralai/Mistral-7B-Instruct-v0.2",
    "cpu": "HuggingFaceTB/SmolLM2-360M-Instruct",
    "deterministic": "deterministic",
}


class SettingsError(ValueError):
    """A variable whose value cannot be used; the message names it."""


@dataclass(frozen=True)
class Settings:
    backend: str
    model_id: str
    model_revision: str | None
    served_name: str  # what /v1/models lists and requests name
    neuron_cores: int
    max_concurrent: int  # sequences that the model works on at once
    max_prompt_tokens: int
    max_answer_tokens: int
    max_body_bytes: int
    first_token_timeout_s: float
    token_timeout_s: float  # between two tokens
    request_timeout_s: float  # of a whole answer
    deterministic_tokens_per_s: float
    deterministic_answers: str | None  # a file; None: that of this package

    @property
    def max_model_tokens(self) -> int:
        return self.max_prompt_tokens + self.max_answer_tokens

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Settings:
        cores = _number(env, "NEURON_CORES", 0, 0, 128)
        backend = env.get("MODEL_BACKEND") or ("neuron" if cores else "cpu")
        if backend not in BACKENDS:
            raise SettingsError(f"MODEL_BACKEND is {backend!r}; it is one of {', '.join(BACKENDS)}")
        if backend == "neuron" and not cores:
            raise SettingsError("MODEL_BACKEND is neuron: set NEURON_CORES to the NeuronCores of a replica")
        model_id = DEFAULT_MODEL[backend]
        if backend != "deterministic":
            model_id = env.get("MODEL_ID") or model_id
        return cls(
            backend=backend,
            model_id=model_id,
            model_revision=env.get("MODEL_REVISION") or None,
            served_name=env.get("MODEL_NAME") or model_id,
            neuron_cores=int(cores),
            max_concurrent=int(_number(env, "MAX_CONCURRENT", 8, 1, 1024)),
            max_prompt_tokens=int(_number(env, "MAX_PROMPT_TOKENS", 1536, 1, 1_000_000)),
            max_answer_tokens=int(_number(env, "MAX_ANSWER_TOKENS", 512, 1, 1_000_000)),
            max_body_bytes=int(_number(env, "MAX_BODY_BYTES", 256 * 1024, 1, 64 * 1024 * 1024)),
            first_token_timeout_s=_number(env, "FIRST_TOKEN_TIMEOUT_S", 60, 0.1, 3600),
            token_timeout_s=_number(env, "TOKEN_TIMEOUT_S", 30, 0.1, 3600),
            request_timeout_s=_number(env, "REQUEST_TIMEOUT_S", 180, 0.1, 3600),
            deterministic_tokens_per_s=_number(env, "DETERMINISTIC_TOKENS_PER_S", 20, 0.1, 100_000),
            deterministic_answers=env.get("DETERMINISTIC_ANSWERS") or None,
        )


def _number(env: Mapping[str, str], name: str, default: float, least: float, most: float) -> float:
    text = env.get(name) or str(default)
    try:
        value = float(text)
    except ValueError:
        raise SettingsError(f"{name} is {text!r}, which is no number") from None
    if not least <= value <= most:
        raise SettingsError(f"{name} is {text}; it is from {least:g} to {most:g}")
    return value
