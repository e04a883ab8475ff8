"""Turns the errors of loading a model from the Hugging Face Hub into sentences that say what to do."""

from __future__ import annotations

from raydeck_serve.backends.base import BackendError

# By class name: the classes live in other modules from one release of huggingface_hub to the next.
_SENTENCES = {
    "GatedRepoError": "is gated: accept its licence, and give a token of that account in HUGGING_FACE_HUB_TOKEN",
    "RevisionNotFoundError": "has no such revision: correct MODEL_REVISION",
    "RepositoryNotFoundError": "does not exist, or HUGGING_FACE_HUB_TOKEN may not read it: correct MODEL_ID",
    "HFValidationError": "is neither a model id nor a folder: correct MODEL_ID",
    "LocalEntryNotFoundError": "is not in the cache, and the hub cannot be reached from this pod",
    "OfflineModeIsEnabled": "is not in the cache, and HF_HUB_OFFLINE is set",
}


def load_error(model_id: str, error: BaseException) -> BackendError:
    seen: BaseException | None = error
    while seen is not None:
        status = getattr(getattr(seen, "response", None), "status_code", None)
        if status == 401 and type(seen).__name__ != "GatedRepoError":
            return BackendError(f"the model {model_id!r}: the hub refuses the token in HUGGING_FACE_HUB_TOKEN")
        if type(seen).__name__ in _SENTENCES:
            return BackendError(f"the model {model_id!r} {_SENTENCES[type(seen).__name__]}")
        seen = seen.__cause__ or seen.__context__
    return BackendError(f"the model {model_id!r} cannot be loaded: {type(error).__name__}: {error}")


def hub_environment(env: dict[str, str]) -> None:
    """The manifests give the token under its older name; huggingface_hub reads HF_TOKEN."""
    if env.get("HUGGING_FACE_HUB_TOKEN") and not env.get("HF_TOKEN"):
        env["HF_TOKEN"] = env["HUGGING_FACE_HUB_TOKEN"]
