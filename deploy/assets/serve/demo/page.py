"""The chat page as a process of its own, asking one of the workers' proxies."""

from __future__ import annotations

import os
import sys
import urllib.request
from pathlib import Path

from demo.cluster import ASSETS, HOST
from demo.processes import Marked, free_ports, wait_until

GRADIO = ASSETS.parent / "gradio"


class ChatPage:
    def __init__(self, service_url: str, folder: Path, port: int = 0) -> None:
        self.port = port or free_ports(1)[0]
        self.url = f"http://{HOST}:{self.port}"
        env = {
            **{name: value for name, value in os.environ.items() if not name.startswith("GRADIO_")},
            "PYTHONPATH": str(GRADIO),
            "SERVICE_URL": service_url,
            "HOST": HOST,
            "PORT": str(self.port),
            "POD_NAME": "demo-chat",
            "GRADIO_ANALYTICS_ENABLED": "False",
            "GRADIO_TEMP_DIR": str(folder / "gradio"),
            "HF_HUB_OFFLINE": "1",
        }
        self.log = folder / "chat.log"
        self._process = Marked([sys.executable, "-m", "raydeck_chat"], env, self.log)

    def wait(self) -> None:
        wait_until(lambda: self._process.ended or self._answers(), "the chat page answers")
        if self._process.ended:
            raise RuntimeError(f"the chat page has ended: {self.log.read_text(errors='replace')[-2000:]}")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.url, timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def close(self) -> None:
        self._process.kill()
