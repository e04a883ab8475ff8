"""One answer as the ingress reads it: when it is asked for again, and which status each failure has.

The streams are written here; what the cluster's tests cannot bring about at will is brought about here: a model that is
silent, one that is overloaded, replicas that die one after another.
"""

import asyncio

import pytest
from ray.exceptions import RayActorError
from ray.serve.exceptions import BackPressureError
from raydeck_serve.answer import ATTEMPTS, Answer
from raydeck_serve.events import Begun, Ended, Message, Piece, Refused, Sampling
from raydeck_serve.protocol import RequestError
from raydeck_serve.settings import Settings

BEGUN = Begun("r1", "w1", 3)
SILENCE = object()


class Stream:
    """Its items in order; an exception is raised, SILENCE never ends."""

    def __init__(self, items):
        self._items, self.cancelled = iter(items), False

    async def __anext__(self):
        item = next(self._items, None)
        if item is None:
            raise StopAsyncIteration
        if item is SILENCE:
            await asyncio.Event().wait()
        if isinstance(item, Exception):
            raise item
        return item

    def cancel(self):
        self.cancelled = True


class Model:
    def __init__(self, *streams):
        self.streams, self.asked = [Stream(items) for items in streams], 0

    def remote(self, messages, sampling):
        assert messages == [Message("user", "q")]
        self.asked += 1
        return self.streams[self.asked - 1]


def read(model, **env):
    async def whole():
        answer = Answer(
            model, [Message("user", "q")], Sampling(), Settings.from_env({"MODEL_BACKEND": "deterministic"} | env)
        )
        await answer.begin()
        text = ""
        while not isinstance(item := await answer.next(), Ended):
            text += item.text
        return text, answer

    return asyncio.run(whole())


def test_an_answer_that_comes_at_once():
    text, answer = read(Model([BEGUN, Piece("a"), Piece("b"), Ended("stop", 2)]))
    assert (text, answer.begun.pod, answer.attempts) == ("ab", "w1", 1)


@pytest.mark.parametrize("lost", [RayActorError(), Refused(503, "model_gone", "gone")], ids=["dead", "gone"])
def test_a_replica_that_is_lost_before_the_first_token_is_passed_over(lost):
    text, answer = read(Model([lost], [lost], [BEGUN, Piece("a"), Ended("stop", 1)]))
    assert (text, answer.attempts) == ("a", 3)


SOON = "0.1"


@pytest.mark.parametrize(
    ("streams", "env", "status", "code"),
    [
        ([[RayActorError()]] * ATTEMPTS, {}, 503, "replica_lost"),
        ([[Refused(503, "model_gone", "gone")]] * ATTEMPTS, {}, 503, "model_gone"),
        ([[BEGUN, Piece("a"), RayActorError()]], {}, 502, "replica_lost"),
        ([[BEGUN, Piece("a"), Refused(503, "model_gone", "gone")]], {}, 503, "model_gone"),
        ([[Refused(400, "context_length_exceeded", "long")]], {}, 400, "context_length_exceeded"),
        ([[BEGUN, Piece("a"), Refused(500, "model_failed", "failed")]], {}, 500, "model_failed"),
        ([[BackPressureError(num_queued_requests=33, max_queued_requests=32)]], {}, 503, "overloaded"),
        ([[SILENCE]], {"FIRST_TOKEN_TIMEOUT_S": SOON}, 504, "timeout"),
        ([[BEGUN, Piece("a"), SILENCE]], {"TOKEN_TIMEOUT_S": SOON}, 504, "timeout"),
        ([[BEGUN, Piece("a"), SILENCE]], {"REQUEST_TIMEOUT_S": SOON}, 504, "timeout"),
        ([[]], {}, 502, "model_failed"),
        ([[Piece("a")]], {}, 502, "model_failed"),
        ([[BEGUN, BEGUN]], {}, 502, "model_failed"),
    ],
)
def test_each_failure_has_its_status(streams, env, status, code):
    model = Model(*streams)
    with pytest.raises(RequestError) as caught:
        read(model, **env)
    assert (caught.value.status, caught.value.code) == (status, code)
    assert model.asked == len(streams)
    if code == "timeout":
        assert model.streams[-1].cancelled
