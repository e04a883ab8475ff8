"""`python -m demo`: the application, the chat page and raydeck on this machine; the head is killed and brought back.

On a terminal raydeck's console runs in it, and the head is killed once half a minute has passed and on each SIGUSR1.
Without one (or with --once) the same is done step by step and printed: exit status 0 where every prompt was answered.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import yaml

from demo.cluster import ASSETS, HOST, Cluster
from demo.page import ChatPage

ENV = {"MODEL_BACKEND": "deterministic"}
PROMPT = "What does the head do?"


def demo_config(cluster: Cluster) -> dict[str, Any]:
    """serve.yaml, on loopback and with replicas that a small machine has room for."""
    config: dict[str, Any] = yaml.safe_load((ASSETS / "serve.yaml").read_text())
    config["http_options"] = {"host": HOST, "port": cluster.head_proxy_port}
    for deployment in config["applications"][0]["deployments"]:
        deployment["ray_actor_options"]["num_cpus"] = 0.1
    return config


def raydeck_argv(cluster: Cluster, *words: str) -> list[str]:
    return [
        *(os.environ.get("RAYDECK", "raydeck"), *words, "--kubeconfig", "none", "--neuron", "none"),
        *("--redis", cluster.redis_url, "--redis-namespace", cluster.namespace),
        *("--prompt", cluster.urls[0], "--prompt-kind", "openai"),
    ]


def say(text: str) -> None:
    print(f"serve-demo: {text}", flush=True)


def ask(cluster: Cluster, when: str) -> bool:
    done = subprocess.run(raydeck_argv(cluster, "ask", PROMPT), capture_output=True, text=True)
    say(f"{when}: {done.stdout.strip() or 'no answer'}")
    say(f"  {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else ''}")
    return done.returncode == 0


def play(cluster: Cluster) -> int:
    """The head's loss, step by step."""
    answered = [ask(cluster, "with a head")]
    cluster.head.kill()
    say("the head is gone: GCS, dashboard, Serve controller, and its own proxy")
    answered += [ask(cluster, "without a head") for _ in range(3)]
    cluster.start_head()
    cluster.wait_running()
    say("a new head took the state back from Redis; the applications are RUNNING")
    answered += [ask(cluster, "with the new head")]
    done = subprocess.run(raydeck_argv(cluster, "status"), capture_output=True, text=True)
    print(done.stdout, end="")
    say(f"{sum(answered)} of {len(answered)} prompts answered")
    return 0 if all(answered) else 1


def console(cluster: Cluster, away_s: float) -> int:
    """raydeck in this terminal, and the head's loss beside it."""
    over, lose = threading.Event(), threading.Event()
    signal.signal(signal.SIGUSR1, lambda *_: lose.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the console's
    threading.Timer(30, lose.set).start()

    def lose_heads() -> None:
        while not over.is_set():
            if lose.wait(0.2):
                lose.clear()
                cluster.head.kill()
                over.wait(away_s)
                if not over.is_set():
                    cluster.start_head()

    thread = threading.Thread(target=lose_heads, daemon=True)
    thread.start()
    try:
        return subprocess.run(raydeck_argv(cluster)).returncode
    finally:
        over.set()
        thread.join()


def main() -> int:
    options = argparse.ArgumentParser(prog="serve-demo", description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--once", action="store_true", help="without a console: print what happens, and end")
    options.add_argument("--port", type=int, default=7860, help="of the chat page; 0: a free one")
    options.add_argument("--away", type=float, default=20, help="seconds between the head's loss and the new head")
    given = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    say("starting Redis, a head and two workers; this takes a minute")
    with Cluster(ENV) as cluster:
        page = ChatPage(cluster.urls[0], Path(cluster.folder), given.port)
        try:
            cluster.deploy(demo_config(cluster))
            cluster.wait_running()
            page.wait()
            say(f"the chat page: {page.url}")
            say(f"prompts: {cluster.urls[0]}/v1/chat/completions and {cluster.urls[0]}/infer?sentence=…")
            say(f"the GCS's Redis: {cluster.redis_url}")
            if given.once or not sys.stdin.isatty():
                return play(cluster)
            say(f"raydeck starts; the head is killed after 30 s, and on each: kill -USR1 {os.getpid()}")
            return console(cluster, given.away)
        finally:
            page.close()


if __name__ == "__main__":
    sys.exit(main())
