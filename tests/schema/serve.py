"""Breaks serveConfigV2 at random, and has lint (K5) and Ray's own ServeDeploySchema judge it: they must agree.

serve.py RAYDECK COUNT SEED, by the Python of an environment with ray[serve] of 2.60 or later. autoscaling_config is a
plain map to that schema, and Serve validates it, and max_replicas_per_node, when it deploys the application: here as well.
"""
import copy
import json
import os
import random
import subprocess
import sys
import tempfile

from ray.serve.config import AutoscalingConfig
from ray.serve.schema import ServeDeploySchema

BATCH = 200
VALUES = ["text", "", "5", "yes", 5, 0, -1, 1.5, 2.0, True, False, None, [], {}, ["a"], [{}], {"a": 1}, "auto", "a.b:c",
          "/x", "EveryNode", "DEBUG", 20]
GOOD = {
    "proxy_location": "EveryNode", "target_capacity": 50.0,
    "http_options": {"host": "0.0.0.0", "port": 8000, "request_timeout_s": 5.0, "keep_alive_timeout_s": 5},
    "grpc_options": {"port": 9000, "grpc_servicer_functions": [], "request_timeout_s": None},
    "logging_config": {"log_level": "INFO", "encoding": "JSON", "enable_access_log": True, "logs_dir": None},
    "applications": [
        {"name": "one", "import_path": "one:app", "route_prefix": "/one", "args": {}, "deployments": [
            {"name": "a", "num_replicas": 2, "max_ongoing_requests": 5, "max_queued_requests": -1,
             "max_replicas_per_node": 1, "health_check_period_s": 10.0, "user_config": {"x": 1},
             "graceful_shutdown_timeout_s": 20, "logging_config": {"log_level": "DEBUG"},
             "ray_actor_options": {"num_cpus": 1.0, "num_gpus": 0, "resources": {"x": 1}, "runtime_env": {}}},
            {"name": "b", "num_replicas": "auto", "rolling_update_percentage": 0.5,
             "autoscaling_config": {"min_replicas": 2, "max_replicas": 4, "initial_replicas": 3, "upscale_delay_s": 5,
                                    "target_ongoing_requests": 2, "upscaling_factor": 1.0}}]},
        {"name": "two", "import_path": "two.app", "route_prefix": None, "runtime_env": {"env_vars": {"A": "b"}}}]}


def places(value, found):
    for key in (value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()):
        found.append((value, key))
        places(value[key], found)
    return found


def broken(rng):
    config = copy.deepcopy(GOOD)
    holder, key = rng.choice(places(config, []))
    what = rng.randrange(4)
    if what == 0 and isinstance(holder, dict):
        del holder[key]
    elif what == 1 and isinstance(holder, dict):
        holder[rng.choice(("x", "port", "name", "num_replicas", "log_level"))] = copy.deepcopy(rng.choice(VALUES))
    else:
        holder[key] = copy.deepcopy(rng.choice(VALUES))
    return config


def as_go_has_it(text):
    """KubeRay passes the configuration on as JSON of Go's, in which 2.0 is 2."""
    return int(float(text)) if float(text).is_integer() else float(text)


def refused_by_ray(config):
    config = json.loads(json.dumps(config), parse_float=as_go_has_it)
    try:
        ServeDeploySchema.model_validate(copy.deepcopy(config))
        for app in config["applications"]:
            for deployment in app.get("deployments", []):
                scaling = deployment.get("autoscaling_config")
                if scaling:
                    most = {"max_replicas": 100} if deployment.get("num_replicas") == "auto" else {}
                    AutoscalingConfig.model_validate({**most, **scaling})
                if not 1 <= float(deployment.get("max_replicas_per_node", 1)) <= 100:
                    return "max_replicas_per_node"
    except Exception as error:  # pylint: disable=broad-except  # a validator's TypeError is a refusal too
        return str(error) or "refused"
    return None


def refused_by_lint(raydeck, configs):
    documents = "---\n".join(
        json.dumps({"apiVersion": "ray.io/v1", "kind": "RayService", "metadata": {"name": f"s{i}"},
                    "spec": {"serveConfigV2": json.dumps(config),
                             "rayClusterConfig": {"rayVersion": "2.60.0"}}}) + "\n" for i, config in enumerate(configs))
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as f:
        f.write(documents)
        f.flush()
        out = subprocess.run([raydeck, "lint", "-o", "json", f.name], capture_output=True, text=True, check=False).stdout
    found = {}
    for finding in json.loads(out)["findings"]:
        if finding["id"] == "K5":
            found.setdefault(finding["document"] - 1, []).append(finding["message"])
    return found


def main():
    raydeck, count, rng = os.path.abspath(sys.argv[1]), int(sys.argv[2]), random.Random(int(sys.argv[3]))
    differences = 0
    for start in range(0, count, BATCH):
        configs = [broken(rng) for _ in range(min(BATCH, count - start))]
        found = refused_by_lint(raydeck, configs)
        for i, config in enumerate(configs):
            ray = refused_by_ray(config)
            # Without applications, or in a shape that is none, another rule speaks (L36).
            if not isinstance(config.get("applications"), list) or not config["applications"]:
                continue
            if (ray is not None) != (i in found):
                differences += 1
                print(f"Ray: {ray}\nlint: {found.get(i)}\n{json.dumps(config)}\n")
    print(f"serve: {count} configurations, {differences} differences")
    return 1 if differences else 0


sys.exit(main())
