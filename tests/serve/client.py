"""An HTTP client for the tests: one request a connection, no retries, events as they come."""

import http.client
import json
import time
import urllib.parse
from contextlib import contextmanager

SECONDS = 60


def request(url, path, body=None, seconds=SECONDS):
    """Status, headers, and the body: parsed where it is JSON."""
    connection = _send(url, path, body, seconds)
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    kind = response.headers.get("content-type", "")
    return response.status, response.headers, json.loads(text) if kind.startswith("application/json") else text


def infer(url, sentence, **more):
    return request(url, "/infer?" + urllib.parse.urlencode({"sentence": sentence}), **more)


def chat(url, prompt, **more):
    return request(url, "/v1/chat/completions", chat_body(prompt, **more))


def chat_body(prompt, **more):
    return {"model": "deterministic", "messages": [{"role": "user", "content": prompt}], **more}


@contextmanager
def streaming(url, prompt, **more):
    """Headers, and an iterator of the events' JSON; leaving the block closes the connection."""
    connection = _send(url, "/v1/chat/completions", chat_body(prompt, stream=True, **more), SECONDS)
    try:
        response = connection.getresponse()
        assert response.status == 200, response.read()
        yield response.headers, _events(response)
    finally:
        connection.close()


def text_of(events):
    """The whole text of a stream, and its finish reason; fails on an error event."""
    text, finish = "", None
    for event in events:
        assert "error" not in event, event
        for choice in event["choices"]:
            text += choice["delta"].get("content", "")
            finish = choice["finish_reason"] or finish
    return text, finish


def until(holds, what, seconds=120):
    deadline = time.monotonic() + seconds
    while not (result := holds()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.2)
    return result


def _send(url, path, body, seconds):
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=seconds)
    if body is None:
        connection.request("GET", path)
    else:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        connection.request("POST", path, data, {"Content-Type": "application/json"})
    return connection


def _events(response):
    for line in response:
        text = line.decode().strip()
        if text == "data: [DONE]":
            return
        if text.startswith("data: "):
            yield json.loads(text.removeprefix("data: "))
