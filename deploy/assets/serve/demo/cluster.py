"""A Ray cluster of separate nodes on loopback, with GCS fault tolerance on a real Redis.

Each node has its own `ray start` and its own ports, as each pod does; POD_NAME stands for the pod's name. The worker
nodes' Serve proxies listen on ports of their own (RAY_SERVE_WORKER_PROXY_HTTP_PORT), which clients use: the head's
proxy goes with the head.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from demo.processes import Marked, free_ports, wait_until

ASSETS = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
# Node n has 127.0.0.<n + 10>: of 127.0.0.1 Ray takes the machine's outward address instead.
NODE_HOST = "127.0.0.{}"
STARTED = b"Ray runtime started"
STARTS = 4
OBJECT_STORE = str(80 * 1024 * 1024)  # little more than the least that Ray takes


class Node:
    def __init__(self, cluster: Cluster, name: str, host: str, arguments: list[str], env: Mapping[str, str]) -> None:
        self.name, self.host = name, host
        self._cluster, self._env = cluster, dict(env)
        agent, grpc, runtime_env, metrics = free_ports(4)
        self._argv = [
            *(str(Path(sys.executable).with_name("ray")), "start", "--block", "--disable-usage-stats"),
            *(f"--node-ip-address={host}", "--include-log-monitor=false"),
            f"--object-store-memory={OBJECT_STORE}",
            # 0: the kernel's choice. Ray's default range is the same for all nodes of a machine.
            *("--min-worker-port=0", "--max-worker-port=0"),
            f"--dashboard-agent-listen-port={agent}",
            f"--dashboard-agent-grpc-port={grpc}",
            f"--runtime-env-agent-port={runtime_env}",
            f"--metrics-export-port={metrics}",
            *arguments,
        ]
        self._process: Marked | None = None

    @property
    def log(self) -> Path:
        return self._cluster.folder / f"{self.name}.log"

    def start(self) -> None:
        """Returns once `ray start` says that the node runs. One that gives up, as it does after 30 s on a busy machine,
        is started again, as a kubelet would."""
        for _ in range(STARTS):
            offset = self.log.stat().st_size if self.log.exists() else 0
            process = self._process = Marked(self._argv, self._env, self.log)
            wait_until(lambda p=process, o=offset: p.ended or self._said(STARTED, o), f"{self.name} is up")  # type: ignore[misc]
            if not process.ended:
                return
            self.kill()
        raise RuntimeError(f"{self.name} cannot be started: {self.log.read_text(errors='replace')[-2000:]}")

    def _said(self, words: bytes, offset: int) -> bool:
        return words in self.log.read_bytes()[offset:]

    def pids(self) -> list[int]:
        return self._process.pids() if self._process else []

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process = None


class Cluster:
    """Started by start(), ended by close(); a context manager does both."""

    namespace = "demo"  # the GCS's, in Redis

    def __init__(self, env: Mapping[str, str] | None = None, workers: int = 2, cpus: int = 1) -> None:
        # Short: Ray puts Unix sockets below it, whose names have at most 107 bytes.
        self.folder = Path(tempfile.mkdtemp(prefix="rd-"))
        (self.folder / "tmp").mkdir()
        ports = free_ports(5 + workers)
        self.redis_port, self.gcs_port, self.dashboard_port, self.head_proxy_port, client_port = ports[:5]
        self.worker_proxy_ports = ports[5:]
        self._redis: Marked | None = None
        base = {
            **{name: value for name, value in os.environ.items() if not name.startswith("RAY_")},
            "PYTHONPATH": str(ASSETS),
            "TMPDIR": str(self.folder / "tmp"),  # what is killed leaves folders there
            "RAY_grpc_client_keepalive_time_ms": "2000",
            "RAY_grpc_client_keepalive_timeout_ms": "3000",
            "RAY_USAGE_STATS_ENABLED": "0",
            **(env or {}),
        }
        head = {
            "RAY_REDIS_ADDRESS": f"{HOST}:{self.redis_port}",
            "RAY_external_storage_namespace": self.namespace,
            "POD_NAME": "demo-head",
        }
        arguments = [
            *("--head", f"--port={self.gcs_port}", "--num-cpus=0", f"--temp-dir={self.folder}/ray"),
            *(f"--dashboard-host={HOST}", f"--dashboard-port={self.dashboard_port}"),
            *(f"--ray-client-server-port={client_port}", "--no-monitor"),
        ]
        self.head = Node(self, "head", NODE_HOST.format(10), arguments, base | head)
        self.workers = [
            Node(
                self,
                f"worker-{number}",
                NODE_HOST.format(10 + number),
                [f"--address={self.head.host}:{self.gcs_port}", f"--num-cpus={cpus}"],
                # What KubeRay gives worker pods.
                base
                | {
                    "RAY_gcs_rpc_server_reconnect_timeout_s": "600",
                    "RAY_SERVE_WORKER_PROXY_HTTP_PORT": str(port),
                    "POD_NAME": f"demo-worker-{number}",
                },
            )
            for number, port in enumerate(self.worker_proxy_ports, 1)
        ]

    def __enter__(self) -> Cluster:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def urls(self) -> list[str]:
        """The workers' proxies: what the Serve service has behind it."""
        return [f"http://{HOST}:{port}" for port in self.worker_proxy_ports]

    @property
    def redis_url(self) -> str:
        return f"redis://{HOST}:{self.redis_port}"

    def start(self) -> None:
        redis = shutil.which("redis-server")
        if not redis:
            raise FileNotFoundError("redis-server is not installed")
        argv = [redis, "--port", str(self.redis_port), "--bind", HOST, "--save", "", "--dir", str(self.folder)]
        self._redis = Marked(argv, dict(os.environ), self.folder / "redis.log")
        self.start_head()
        for worker in self.workers:
            worker.start()

    def start_head(self) -> None:
        # A new pod does not have it. With it Ray takes the addresses in the workers' command lines for a running head.
        (self.folder / "ray" / "ray_current_cluster").unlink(missing_ok=True)
        self.head.start()
        wait_until(lambda: self.get("/api/gcs_healthz") is not None, "the head's dashboard answers")

    def deploy(self, config: Mapping[str, Any]) -> None:
        body = json.dumps(config).encode()
        url = f"http://{HOST}:{self.dashboard_port}/api/serve/applications/"
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(url, body, headers, method="PUT")
        urllib.request.urlopen(request, timeout=60).close()

    def wait_running(self, seconds: float = 180) -> None:
        try:
            wait_until(self.running, "the applications are RUNNING, each deployment HEALTHY", seconds)
        except TimeoutError as error:
            raise TimeoutError(f"{error}; Serve says: {json.dumps(self.status())[:4000]}") from None
        wait_until(lambda: all(healthy(url) for url in self.urls), "the workers' proxies answer")

    def running(self) -> bool:
        applications = (self.status() or {}).get("applications", {})
        for name, application in applications.items():
            if application["status"] == "DEPLOY_FAILED":
                raise RuntimeError(f"the application {name} cannot be deployed: {application['message']}")
        return bool(applications) and all(
            application["status"] == "RUNNING"
            and all(deployment["status"] == "HEALTHY" for deployment in application["deployments"].values())
            for application in applications.values()
        )

    def status(self) -> dict[str, Any] | None:
        """What Serve's API says; None where the head does not answer."""
        text = self.get("/api/serve/applications/")
        return json.loads(text) if text else None

    def replicas(self, deployment: str) -> list[dict[str, Any]]:
        applications = (self.status() or {}).get("applications", {})
        return [r for a in applications.values() for r in a["deployments"].get(deployment, {}).get("replicas", [])]

    def get(self, path: str) -> str | None:
        try:
            with urllib.request.urlopen(f"http://{HOST}:{self.dashboard_port}{path}", timeout=10) as answer:
                return str(answer.read().decode())
        except (OSError, urllib.error.URLError):
            return None

    def close(self) -> None:
        for node in (*self.workers, self.head):
            node.kill()
        if self._redis:
            self._redis.kill()
            self._redis = None
        shutil.rmtree(self.folder, ignore_errors=True)


def healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/-/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
