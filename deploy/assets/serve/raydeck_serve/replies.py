"""How an answer of the model becomes an HTTP response, whole or as server-sent events; and how a request is read.

A module of its own: Serve pickles the routes while the class that holds them is being defined, with what they name by
then.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi import Request

from raydeck_serve.answer import Answer
from raydeck_serve.events import Ended
from raydeck_serve.protocol import END_OF_STREAM, ChatRequest, Completion, RequestError, error_body, event


async def read_body(http: Request, most: int) -> bytes:
    body = b""
    async for piece in http.stream():
        body += piece
        if len(body) > most:
            raise RequestError(413, "too_large", f"a request has at most {most} bytes")
    return body


async def begin(answer: Answer) -> None:
    try:
        await answer.begin()
    except BaseException:  # also where the client has gone
        answer.close()
        raise


async def read_whole(answer: Answer) -> tuple[str, Ended]:
    await begin(answer)
    text = ""
    try:
        while True:
            item = await answer.next()
            if isinstance(item, Ended):
                return text, item
            text += item.text
    finally:
        answer.close()


async def stream_events(answer: Answer, completion: Completion, request: ChatRequest) -> AsyncIterator[str]:
    """The events of a stream. A failure in its middle is an event too: the status line is long gone."""
    try:
        yield completion.first()
        while True:
            item = await answer.next()
            if isinstance(item, Ended):
                break
            yield completion.piece(item.text)
        yield completion.last(item.finish)
        if request.stream_options and request.stream_options.include_usage:
            yield completion.usage(answer.begun.prompt_tokens, item.tokens)
        yield END_OF_STREAM
    except RequestError as error:
        yield event(error_body(error.status, error.code, str(error)))
    finally:
        answer.close()


def served_by(answer: Answer) -> dict[str, str]:
    return {"X-Serving-Pod": answer.begun.pod, "X-Serving-Replica": answer.begun.replica}
