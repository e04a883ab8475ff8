"""The chat page's client beside an application that is the guide's: GET /infer, and no OpenAI API."""

import asyncio
import json
import sys

import pytest
from conftest import ROOT

sys.path[:0] = [str(ROOT / "deploy/assets/gradio"), str(ROOT / "tests/fixtures/start")]
import registry  # noqa: E402  # the path above
from raydeck_chat.client import AskError, Client, Reply  # noqa: E402
from raydeck_chat.settings import Settings  # noqa: E402

JSON = {"Content-Type": "application/json"}
NOT_FOUND = (404, JSON, '{"detail":"Not Found"}')
RECORDED = (ROOT / "tests/fixtures/serve/infer-2.60.json").read_text()


def asked(answers):
    port = registry.serve(answers)
    settings = Settings.from_env({"SERVICE_URL": f"http://127.0.0.1:{port}", "HOST": "127.0.0.1"})

    async def ask():
        reply = Reply()
        async for _ in Client(settings).ask([{"role": "user", "content": "What is the GCS?"}], reply):
            pass
        return reply

    return asyncio.run(ask())


def test_the_guides_application_answers_whole():
    reply = asked({"/v1/": NOT_FOUND, "/infer?sentence=What": (200, JSON, RECORDED)})
    assert reply.finish == "stop"
    assert reply.text
    assert reply.text in json.loads(RECORDED)[0]
    assert "INST]" not in reply.text
    assert "</s>" not in reply.text


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (NOT_FOUND, "neither /v1/models nor /infer"),
        ((500, {}, "Internal Server Error"), "HTTP 500: Internal Server Error"),
        ((200, JSON, '{"detail":1}'), "no list of one text"),
        ((200, JSON, "[5]"), "no list of one text"),
    ],
)
def test_what_it_does_not_answer_is_said(answer, words):
    with pytest.raises(AskError, match=words):
        asked({"/v1/": NOT_FOUND, "/infer": answer})
