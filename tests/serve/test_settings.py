"""The settings, and the errors of loading a model: each says what to correct."""

import pytest
from raydeck_serve.backends.hub import hub_environment, load_error
from raydeck_serve.settings import Settings, SettingsError


def test_the_image_or_the_cores_choose_the_backend():
    assert Settings.from_env({"MODEL_BACKEND": "deterministic"}).backend == "deterministic"
    assert Settings.from_env({}).backend == "cpu"
    assert Settings.from_env({"NEURON_CORES": "2"}).backend == "neuron"
    # With RAY_WORKER_NEURON_DEVICES=0 the manifest gives no core.
    assert Settings.from_env({"NEURON_CORES": "0"}).backend == "cpu"


def test_a_model_is_served_under_its_id_or_a_name():
    assert Settings.from_env({"MODEL_ID": "a/b"}).served_name == "a/b"
    assert Settings.from_env({"MODEL_ID": "a/b", "MODEL_NAME": "c"}).served_name == "c"
    # The manifest's MODEL_ID is not what the deterministic model answers as.
    assert Settings.from_env({"MODEL_BACKEND": "deterministic", "MODEL_ID": "a/b"}).served_name == "deterministic"


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({"MODEL_BACKEND": "gpu"}, "MODEL_BACKEND is 'gpu'; it is one of neuron, cpu, deterministic"),
        ({"MODEL_BACKEND": "neuron"}, "set NEURON_CORES"),
        ({"MAX_PROMPT_TOKENS": "many"}, "MAX_PROMPT_TOKENS is 'many', which is no number"),
        ({"MAX_ANSWER_TOKENS": "0"}, "MAX_ANSWER_TOKENS is 0; it is from 1 to"),
        ({"REQUEST_TIMEOUT_S": "nan"}, "REQUEST_TIMEOUT_S is nan"),
    ],
)
def test_a_bad_value_is_named(env, words):
    with pytest.raises(SettingsError, match=words):
        Settings.from_env(env)


class GatedRepoError(Exception):
    pass


class RepositoryNotFoundError(Exception):
    pass


class Refused(Exception):
    class response:
        status_code = 401


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (GatedRepoError(), "'a/b' is gated: accept its licence"),
        (RepositoryNotFoundError(), "'a/b' does not exist, or HUGGING_FACE_HUB_TOKEN may not read it: correct MODEL_ID"),
        (Refused(), "the hub refuses the token in HUGGING_FACE_HUB_TOKEN"),
        (MemoryError("too large"), "'a/b' cannot be loaded: OSError: of transformers"),
    ],
)
def test_an_error_of_the_hub_says_what_to_do(cause, words):
    error = OSError("of transformers")
    error.__cause__ = cause
    assert words in str(load_error("a/b", error))


def test_the_token_has_the_name_that_the_hub_reads():
    env = {"HUGGING_FACE_HUB_TOKEN": "t"}
    hub_environment(env)
    assert env["HF_TOKEN"] == "t"
