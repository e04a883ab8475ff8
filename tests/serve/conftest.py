"""What the tests of deploy/assets/serve and deploy/assets/gradio share: the paths, and one cluster for all."""

import copy
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SERVE = ROOT / "deploy/assets/serve"
sys.path.insert(0, str(SERVE))

from demo.cluster import Cluster  # noqa: E402  # the path above


def small_config(cluster):
    """serve.yaml as it is checked in, on loopback and for a machine of two cores."""
    config = copy.deepcopy(yaml.safe_load((SERVE / "serve.yaml").read_text()))
    config["http_options"] = {"host": "127.0.0.1", "port": cluster.head_proxy_port}
    for deployment in config["applications"][0]["deployments"]:
        deployment["ray_actor_options"]["num_cpus"] = 0.1
    return config


@pytest.fixture(scope="session")
def answers(tmp_path_factory):
    """The deterministic model's answers; without this file the model is gone."""
    path = tmp_path_factory.mktemp("answers") / "answers.json"
    path.write_text((SERVE / "raydeck_serve/backends/answers.json").read_text())
    return path


@pytest.fixture(scope="session")
def cluster(answers):
    env = {
        "MODEL_BACKEND": "deterministic",
        "DETERMINISTIC_ANSWERS": str(answers),
        "DETERMINISTIC_TOKENS_PER_S": "20",
        "MAX_PROMPT_TOKENS": "100",
        "MAX_ANSWER_TOKENS": "20000",
        "MAX_BODY_BYTES": "4096",
    }
    with Cluster(env) as cluster:
        cluster.deploy(small_config(cluster))
        cluster.wait_running()
        yield cluster
