"""The page's settings, from the environment. None is a secret."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit


class SettingsError(ValueError):
    """A variable whose value cannot be used; the message names it."""


@dataclass(frozen=True)
class Settings:
    service_url: str  # of the Serve service, without a slash at its end
    host: str
    port: int
    timeout_s: float  # of a whole answer
    pod: str  # which of the page's own pods this is

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Settings:
        url = env.get("SERVICE_URL", "").rstrip("/")
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SettingsError(
                f"SERVICE_URL is {url!r}; it is the Serve service's, as http://NAME-serve-svc.NAMESPACE:8000"
            )
        if parts.hostname.split(".")[0].endswith("-head-svc"):
            raise SettingsError(
                f"SERVICE_URL is {url!r}, the head's service: prompts fail while there is no head; take …-serve-svc"
            )
        return cls(
            service_url=url,
            # A Service reaches the pod's address, not its loopback.
            host=env.get("HOST") or "0.0.0.0",
            port=int(_number(env, "PORT", 7860, 1, 65535)),
            timeout_s=_number(env, "REQUEST_TIMEOUT_S", 180, 0.1, 3600),
            pod=env.get("POD_NAME") or "",
        )


def _number(env: Mapping[str, str], name: str, default: float, least: float, most: float) -> float:
    text = env.get(name) or str(default)
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not least <= value <= most:
        raise SettingsError(f"{name} is {text!r}; it is a number from {least:g} to {most:g}")
    return value
