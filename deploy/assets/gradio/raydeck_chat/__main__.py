"""`python -m raydeck_chat`: serves the page until it is ended."""

from __future__ import annotations

import os
import sys

import gradio as gr

from raydeck_chat.page import Page
from raydeck_chat.settings import Settings, SettingsError


def main() -> int:
    try:
        settings = Settings.from_env(os.environ)
    except SettingsError as error:
        print(f"raydeck_chat: {error}", file=sys.stderr)
        return 2
    # The fonts are the browser's: those of Gradio's themes come from elsewhere.
    theme = gr.themes.Default(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])
    Page(settings).blocks().launch(
        server_name=settings.host,
        server_port=settings.port,
        theme=theme,
        footer_links=[],
        share=False,
        quiet=True,
        ssr_mode=False,
    )
    return 0


sys.exit(main())
