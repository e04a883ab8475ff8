"""The model backends. Each imports what it needs when it is loaded: an image holds the packages of one of them."""

from __future__ import annotations

from raydeck_serve.backends.base import Backend, BackendError, Finish, ModelGone, Prompt, PromptError
from raydeck_serve.settings import Settings

__all__ = ["Backend", "BackendError", "Finish", "ModelGone", "Prompt", "PromptError", "backend_new"]


def backend_new(settings: Settings) -> Backend:
    if settings.backend == "neuron":
        from raydeck_serve.backends.neuron import NeuronBackend

        return NeuronBackend(settings)
    if settings.backend == "cpu":
        from raydeck_serve.backends.cpu import CpuBackend

        return CpuBackend(settings)
    from raydeck_serve.backends.deterministic import DeterministicBackend

    return DeterministicBackend(settings)
