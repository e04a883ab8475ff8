"""The page: what was said, a box, Send, Stop, Retry and Clear; below, who answered and how long it took."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import gradio as gr

from raydeck_chat.client import AskError, Client, Reply
from raydeck_chat.settings import Settings

Turns = list[dict[str, str]]  # {"role": "user" or "assistant", "content": …}, as the API takes them
HEALTH_PERIOD_S = 3
CONCURRENT = 32  # answers that stream at once, of one pod of the page
BUSY = "an answer is being given: stop it first"


def reply_words(reply: Reply, end: str = "") -> str:
    """The line below an answer. What is not known is left out, never made up."""
    words = [end] if end else []
    if reply.pod:
        words.append(f"answered by {reply.pod}" + (f", replica {reply.replica}" if reply.replica else ""))
    if reply.first_token_s is not None:
        words.append(f"first token {reply.first_token_s:.2f} s")
    words.append(f"{reply.seconds:.2f} s")
    if reply.tokens is not None:
        words.append(f"{reply.tokens} tokens")
    if reply.finish == "length":
        words.append("cut at its longest")
    return " · ".join(words)


def shown(turns: Turns, error: str = "") -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = [dict(turn) for turn in turns]
    if error:
        messages.append({"role": "assistant", "content": f"⚠ No answer: {error}"})
    return messages


def with_reply(turns: Turns, reply: Reply) -> Turns:
    return [*turns, {"role": "assistant", "content": reply.text}] if reply.text else turns


class Stop:
    """Set by a button while an answer is given; read by the generator that shows it, which alone has the last word."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.clear = False


async def until_stopped(stream: AsyncGenerator[None, None], stop: Stop) -> AsyncIterator[None]:
    """The stream's items. Stopped, it closes the stream at once, also one that is silent: Serve ends the generation."""
    asked = asyncio.ensure_future(stop.asked.wait())
    try:
        while True:
            item = asyncio.ensure_future(anext(stream, "end"))
            try:
                await asyncio.wait({item, asked}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                if not item.done():
                    item.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await item
            if asked.done() or item.result() == "end":
                return
            yield
    finally:
        asked.cancel()
        await stream.aclose()


class Page:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client = Client(settings)
        self._answering: dict[str, Stop] = {}  # by Gradio's session

    async def ask(self, prompt: str, turns: Turns, request: gr.Request) -> AsyncIterator[tuple[Any, ...]]:
        """Outputs: chat, turns, box, status."""
        session = str(request.session_hash)
        if not prompt.strip() or session in self._answering:
            yield gr.skip(), turns, prompt, BUSY if session in self._answering else "nothing was asked"
            return
        async for chat, now, status in self._answer([*turns, {"role": "user", "content": prompt}], session):
            yield chat, now, "", status

    async def retry(self, turns: Turns, request: gr.Request) -> AsyncIterator[tuple[Any, ...]]:
        """The last question once more, with what was said before it. Outputs: chat, turns, status."""
        session = str(request.session_hash)
        while turns and turns[-1]["role"] != "user":
            turns = turns[:-1]
        if not turns or session in self._answering:
            yield gr.skip(), gr.skip(), BUSY if session in self._answering else "nothing to ask again"
            return
        async for outputs in self._answer(turns, session):
            yield outputs

    async def stop(self, request: gr.Request) -> None:
        if stop := self._answering.get(str(request.session_hash)):
            stop.asked.set()

    async def clear(self, request: gr.Request) -> tuple[Any, ...]:
        """Outputs: chat, turns, status."""
        if stop := self._answering.get(str(request.session_hash)):
            stop.clear = True
            stop.asked.set()
        return [], [], ""

    async def _answer(self, turns: Turns, session: str) -> AsyncIterator[tuple[Any, ...]]:
        stop = self._answering[session] = Stop()
        reply, error = Reply(), ""
        try:
            yield shown(turns), turns, "asked, no token yet"
            async for _ in until_stopped(self._client.ask(turns, reply), stop):
                said = with_reply(turns, reply)
                yield shown(said), said, reply_words(reply, "answering")
        except AskError as failure:
            error = str(failure)
        finally:
            del self._answering[session]
        said = with_reply(turns, reply)
        if stop.clear:
            yield [], [], ""
        elif error:
            yield shown(said, error), said, reply_words(reply, "failed")
        else:
            yield shown(said), said, reply_words(reply, "stopped" if stop.asked.is_set() else "")

    async def health(self) -> str:
        why = await self._client.healthy()
        return f"service: {why}" if why else "service: answers"

    def blocks(self) -> gr.Blocks:
        hidden: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        with gr.Blocks(title="raydeck chat", analytics_enabled=False) as blocks:
            turns = gr.State([])
            gr.Markdown(f"### Chat by Ray Serve\n`{self._settings.service_url}`")
            chat = gr.Chatbot(show_label=False, height=380, elem_id="chat", feedback_options=None, buttons=["copy"])
            status = gr.Markdown("", elem_id="status")
            box = gr.Textbox(show_label=False, placeholder="A question", elem_id="box", lines=1, autofocus=True)
            with gr.Row():
                send = gr.Button("Send", variant="primary", elem_id="send")
                stop = gr.Button("Stop", variant="stop", elem_id="stop")
                retry = gr.Button("Retry", elem_id="retry")
                clear = gr.Button("Clear", elem_id="clear")
            with gr.Row():
                service = gr.Markdown("service: not asked yet", elem_id="service")
                gr.Markdown(f"page: {self._settings.pod}" if self._settings.pod else "", elem_id="page")
            answering: dict[str, Any] = {"concurrency_limit": CONCURRENT, **hidden}
            gr.on([send.click, box.submit], self.ask, [box, turns], [chat, turns, box, status], **answering)
            retry.click(self.retry, [turns], [chat, turns, status], **answering)
            stop.click(self.stop, None, None, **hidden)
            gr.on([clear.click, chat.clear], self.clear, None, [chat, turns, status], **hidden)
            gr.Timer(HEALTH_PERIOD_S).tick(self.health, None, [service], **hidden)
        return blocks
