"""Turns the errors of loading a model from the Hugging Face Hub into sentences that say what to do."""

from __future__ import annotations

from raydeck_serve.backends.base import BackendError

# By class name: the classes live in other modules from one release of huggingface_hub to the next.
_SENTENCES = {
    "GatedRepoError": "is gated: accept its licence, and give a token of that account in HUGGING_FACE_HUB_TOKEN",
    "RevisionNotFoundError": "has no such revision: correct MODEL_REVISION",
    "RepositoryNotFoundError": "does not exist, or HUGGING_FACE_HUB_TOKEN may not read it: correct MODEL_ID",
    "HFValidationError": "is neither a model id nor a folder: correct MODEL_ID",
    "OfflineModeIsEnabled": "is not in the cache, and HF_HUB_OFFLINE is set",
}
# What the hub answers says more than huggingface_hub's LocalEntryNotFoundError, which follows each of these.
_STATUSES = {
    401: "the hub refuses the token in HUGGING_FACE_HUB_TOKEN",
    403: "the token in HUGGING_FACE_HUB_TOKEN may not read it: give one that may",
    429: "the hub answers too many requests (429): wait, or give a token in HUGGING_FACE_HUB_TOKEN",
}


def _chain(error: BaseException) -> list[BaseException]:
    seen: list[BaseException] = []
    while error not in seen:
        seen.append(error)
        error = error.__cause__ or error.__context__ or error
    return seen


def load_error(model_id: str, error: BaseException) -> BackendError:
    chain = _chain(error)
    names = [type(one).__name__ for one in chain]
    # Before the status: the hub answers 401 for a model that does not exist as well.
    for name in names:
        if name in _SENTENCES:
            return BackendError(f"the model {model_id!r} {_SENTENCES[name]}")
    for one in chain:
        status = getattr(getattr(one, "response", None), "status_code", None)
        if status in _STATUSES:
            return BackendError(f"the model {model_id!r}: {_STATUSES[status]}")
        if status is not None and status >= 500:
            return BackendError(f"the model {model_id!r}: the hub itself fails ({status}): wait, and deploy again")
    if "LocalEntryNotFoundError" in names:
        return BackendError(f"the model {model_id!r} is not in the cache, and the hub cannot be reached from this pod")
    return BackendError(f"the model {model_id!r} cannot be loaded: {type(error).__name__}: {error}")


def hub_environment(env: dict[str, str]) -> None:
    """The manifests give the token under its older name; huggingface_hub reads HF_TOKEN."""
    if env.get("HUGGING_FACE_HUB_TOKEN") and not env.get("HF_TOKEN"):
        env["HF_TOKEN"] = env["HUGGING_FACE_HUB_TOKEN"]
