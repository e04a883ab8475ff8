"""Loading a model that the hub refuses: real huggingface_hub, and a hub on loopback that answers as the real one."""

import sys

import pytest
from conftest import ROOT
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError
from raydeck_serve.backends.base import BackendError
from raydeck_serve.backends.hub import load_error

sys.path.insert(0, str(ROOT / "tests/fixtures/start"))
import record_hub
import registry

SENTENCES = {
    "absent": "does not exist, or HUGGING_FACE_HUB_TOKEN may not read it: correct MODEL_ID",
    "absent, with a token": "does not exist, or HUGGING_FACE_HUB_TOKEN may not read it: correct MODEL_ID",
    "gated, without a token": "is gated: accept its licence",
    "gated, not accepted": "is gated: accept its licence",
    "token refused": "the hub refuses the token in HUGGING_FACE_HUB_TOKEN",
    "token may not": "the token in HUGGING_FACE_HUB_TOKEN may not read it",
    "no such revision": "has no such revision: correct MODEL_REVISION",
    "limited": r"the hub answers too many requests \(429\)",
    "broken": r"the hub itself fails \(503\)",
    "closed": "is not in the cache, and the hub cannot be reached from this pod",
}


@pytest.mark.parametrize("what", SENTENCES)
def test_what_the_hub_refuses_is_said_as_it_is(what, tmp_path):
    port = registry.serve({"/": record_hub.ANSWERS[what]}) if what != "closed" else 9
    with pytest.raises((OSError, HfHubHTTPError)) as refused:
        snapshot_download(record_hub.MODEL, endpoint=f"http://127.0.0.1:{port}", cache_dir=tmp_path)
    with pytest.raises(BackendError, match=SENTENCES[what]):
        raise load_error(record_hub.MODEL, refused.value)
