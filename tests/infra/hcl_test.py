#!/usr/bin/env python3
"""hcl_test.py: what deploy/assets/terraform makes, read from its HCL: who reaches Redis, what is on by default, what is said.

The arguments are held against provider.json, which provider_table.py makes from the AWS provider's schema. Nothing is asked
of AWS, and no provider is needed: `terraform validate` cannot run without one.
"""
import json
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import hcl2

REPO = Path(__file__).resolve().parent.parent.parent
ROOT = REPO / "deploy/assets/terraform"
MODULES = ["redis-access", "elasticache", "memorydb", "cluster", "examples/redis-in-another-vpc"]
PROVIDER = json.loads((REPO / "tests/infra/provider.json").read_text())
# Arguments of the language itself, in every resource, data source and module.
META = {"count", "for_each", "depends_on", "lifecycle", "provider", "source", "version"}


def module(name):
    """All blocks of a module: {"resource": {("aws_x", "y"): body}, "variable": {name: body}, ...}."""
    out = {"resource": {}, "data": {}, "variable": {}, "output": {}, "module": {}}
    for path in sorted((ROOT / name).glob("*.tf")):
        with path.open() as file:
            text = hcl2.load(file)
        for kind in ("resource", "data"):
            for block in text.get(kind, []):
                for type_name, named in block.items():
                    for label, body in named.items():
                        out[kind][type_name, label] = body
        for kind in ("variable", "output", "module"):
            for block in text.get(kind, []):
                out[kind].update(block)
    return out


def sources(name):
    return "\n".join(path.read_text() for path in sorted((ROOT / name).glob("*.tf")))


class Arguments(unittest.TestCase):
    """Each argument is one of the provider's, and none that it requires is left out."""

    def check(self, where, body, table):
        given = {key.replace("dynamic.", "") for key in body} - META
        self.assertLessEqual(given, set(table), f"{where}: the provider knows no such argument")
        required = {key for key, value in table.items() if value["required"]}
        self.assertLessEqual(required, given, f"{where}: the provider requires these")
        for key, value in body.items():
            if key in table and "block" in table[key] and isinstance(value, list):
                for block in value:
                    if isinstance(block, dict):
                        self.check(f"{where}.{key}", block, table[key]["block"])

    def test_of_resources_and_data_sources(self):
        checked = 0
        for name in MODULES:
            blocks = module(name)
            for kind in ("resource", "data"):
                for (type_name, label), body in blocks[kind].items():
                    if not type_name.startswith("aws_"):
                        continue
                    self.check(f"{name}: {type_name}.{label}", body, PROVIDER[kind][type_name])
                    checked += 1
        blocks = sum(len(re.findall(r'(?m)^(?:resource|data) "aws_', sources(name))) for name in MODULES)
        self.assertGreater(checked, 20)
        self.assertEqual(checked, blocks, "each block of the provider's is checked")

    def test_of_our_own_modules(self):
        for name in MODULES:
            for label, body in module(name)["module"].items():
                if not body["source"].startswith("."):
                    self.assertRegex(body["version"], r"^\d+\.\d+\.\d+$", f"{name}: module {label} is at one version")
                    continue
                variables = module(str((ROOT / name / body["source"]).resolve().relative_to(ROOT)))["variable"]
                given = set(body) - META
                self.assertLessEqual(given, set(variables), f"{name}: module {label}")
                required = {key for key, value in variables.items() if "default" not in value}
                self.assertLessEqual(required, given, f"{name}: module {label}")

    def test_references_lead_somewhere(self):
        for name in MODULES:
            blocks, text = module(name), sources(name)
            for reference in set(re.findall(r"\bvar\.(\w+)", text)):
                self.assertIn(reference, blocks["variable"], name)
            for kind, label in set(re.findall(r"(?<![\w.])(aws_\w+|random_\w+|helm_release)\.(\w+)", re.sub(r"data\.\w+\.\w+", "", text))):
                self.assertIn((kind, label), blocks["resource"], name)
            for kind, label in set(re.findall(r"\bdata\.(\w+)\.(\w+)", text)):
                self.assertIn((kind, label), blocks["data"], name)
            for label in set(re.findall(r"\bmodule\.(\w+)", text)):
                self.assertIn(label, blocks["module"], name)


class Redis(unittest.TestCase):
    """Both modules of a Redis."""

    MODULES = ["elasticache", "memorydb"]
    ACCESS = "redis-access"

    def test_makes_nothing_unless_enabled(self):
        for name in self.MODULES:
            blocks = module(name)
            self.assertEqual(blocks["variable"]["enable_rayserve_ha_elastic_cache_redis"]["default"], False)
            self.assertEqual(blocks["module"]["access"]["enabled"], "${var.enable_rayserve_ha_elastic_cache_redis}")
        for name in [*self.MODULES, self.ACCESS]:
            blocks = module(name)
            for (type_name, label), body in {**blocks["resource"], **blocks["data"]}.items():
                condition = str(body.get("count", body.get("for_each", "")))
                self.assertIn("local.enabled", condition, f"{name}: {type_name}.{label} is made though not enabled")

    def test_is_reached_from_the_nodes_alone(self):
        for name in self.MODULES:
            blocks = module(name)
            self.assertFalse([key for key in blocks["resource"] if "security_group" in key[0]], "it has no group of its own")
            attached = [body["security_group_ids"] for body in blocks["resource"].values() if "security_group_ids" in body]
            self.assertEqual(attached, [["${module.access.security_group_id}"]])
            self.assertNotRegex(sources(name), r"cidr_ipv[46]|cidr_blocks", "no address is let in, only security groups")
        for name in [self.ACCESS]:
            blocks = module(name)
            rules = {key: body for key, body in blocks["resource"].items() if "security_group" in key[0] and "rule" in key[0]}
            self.assertEqual([key[0] for key in rules], ["aws_vpc_security_group_ingress_rule"])
            rule = next(iter(rules.values()))
            self.assertEqual(rule["referenced_security_group_id"], "${each.value}")
            self.assertIn("toset(local.node_security_group_ids)", rule["for_each"])
            self.assertEqual((rule["from_port"], rule["to_port"], rule["ip_protocol"]), ("${local.port}", "${local.port}", "tcp"))
            self.assertNotRegex(sources(name), r"cidr_ipv[46]|cidr_blocks", "no address is let in, only security groups")
            group = blocks["resource"]["aws_security_group", "this"]
            self.assertFalse({"ingress", "egress"} & set(group))
            self.assertIn("port    = 6379", sources(name))

    def test_is_encrypted_and_has_a_generated_password(self):
        group = module("elasticache")["resource"]["aws_elasticache_replication_group", "this"]
        self.assertEqual(group["transit_encryption_enabled"], True)
        self.assertEqual(group["transit_encryption_mode"], "required")
        self.assertEqual(group["at_rest_encryption_enabled"], True)
        self.assertEqual(group["auth_token"], "${module.access.password}")
        cluster = module("memorydb")["resource"]["aws_memorydb_cluster", "this"]
        self.assertEqual(cluster["tls_enabled"], True)
        user = module("memorydb")["resource"]["aws_memorydb_user", "this"]
        self.assertEqual(user["authentication_mode"][0]["type"], "password")
        self.assertEqual(user["authentication_mode"][0]["passwords"], ["${module.access.password}"])
        self.assertNotIn("open-access", sources("memorydb"))
        self.assertGreaterEqual(module(self.ACCESS)["resource"]["random_password", "auth"]["length"], 32)

    def test_evicts_nothing_and_closes_no_idle_connection(self):
        for name, kind in (("elasticache", "aws_elasticache_parameter_group"), ("memorydb", "aws_memorydb_parameter_group")):
            parameters = {p["name"]: p["value"] for p in module(name)["resource"][kind, "this"]["parameter"]}
            self.assertEqual(parameters, {"maxmemory-policy": "noeviction", "timeout": "0"})

    def test_has_a_replica_where_asked_for(self):
        group = module("elasticache")["resource"]["aws_elasticache_replication_group", "this"]
        self.assertEqual(group["num_cache_clusters"], "${var.redis_ha ? 2 : 1}")
        self.assertEqual(group["automatic_failover_enabled"], "${var.redis_ha}")
        self.assertEqual(group["multi_az_enabled"], "${var.redis_ha}")
        self.assertNotIn("num_node_groups", group, "one shard: Ray's GCS follows no MOVED")
        cluster = module("memorydb")["resource"]["aws_memorydb_cluster", "this"]
        self.assertEqual(cluster["num_shards"], 1)
        self.assertEqual(cluster["num_replicas_per_shard"], "${var.redis_ha ? 1 : 0}")

    def test_both_have_one_interface(self):
        one, other = (module(name) for name in self.MODULES)
        self.assertEqual(set(one["variable"]), set(other["variable"]))
        self.assertEqual(set(one["output"]), set(other["output"]))

    def test_no_output_holds_the_password(self):
        for name in MODULES:
            for label, body in module(name)["output"].items():
                if name == "redis-access" and label == "password":  # read by the two modules, which print it nowhere
                    self.assertEqual(body["sensitive"], True)
                    continue
                self.assertNotRegex(
                    str(body["value"]), r"random_password|access\.password|auth_token|secret_string", f"{name}: output {label}"
                )

    def test_exports_are_variables_of_raydeck(self):
        known = set(re.findall(r"^(?:VAR|DERIVED)\((\w+)", (REPO / "deploy/variables.def").read_text(), re.M))
        for name in self.MODULES:
            said = set(re.findall(r"export (\w+)=", module(name)["output"]["exports"]["value"]))
            self.assertEqual(said, {"EXT_REDIS_ENDPOINT", "REDIS_PORT", "REDIS_SCHEME", "REDIS_PASSWORD"})
            self.assertLessEqual(said, known)
        said = set(re.findall(r"export (\w+)=", sources("cluster")))
        self.assertLessEqual(said, known)


class Cluster(unittest.TestCase):
    def test_everything_is_at_one_version(self):
        for (type_name, label), body in module("cluster")["resource"].items():
            if type_name == "helm_release" and not body["chart"].startswith("${path.module}"):
                version = body["version"]
                if version.startswith("${var."):
                    version = module("cluster")["variable"][version[6:-1]]["default"]
                self.assertRegex(version, r"^\d+\.\d+\.\d+$", label)

    def test_has_nobody_reach_the_api_server_by_default(self):
        self.assertEqual(module("cluster")["variable"]["api_cidrs"]["default"], [])

    def test_has_the_redis_off_by_default(self):
        variables = module("cluster")["variable"]
        self.assertEqual(variables["enable_rayserve_ha_elastic_cache_redis"]["default"], False)
        self.assertEqual(variables["enable_karpenter"]["default"], False)

    def test_local_charts_are_there(self):
        for (type_name, label), body in module("cluster")["resource"].items():
            if type_name == "helm_release" and body["chart"].startswith("${path.module}/"):
                chart = ROOT / "cluster" / body["chart"].removeprefix("${path.module}/")
                self.assertTrue((chart / "Chart.yaml").is_file(), label)
                values = (chart / "values.yaml").read_text()
                for name in set(re.findall(r"\.Values\.(\w+)", "".join(p.read_text() for p in chart.glob("templates/*")))):
                    self.assertRegex(values, rf"(?m)^{name}:", f"{chart.name}: values.yaml says each value")

    def test_the_command_for_kubectl(self):
        self.assertRegex(module("cluster")["output"]["configure_kubectl"]["value"], r"^aws eks update-kubeconfig ")


class Words(unittest.TestCase):
    def test_variables_and_outputs_are_described(self):
        for name in MODULES:
            blocks = module(name)
            for label, body in blocks["variable"].items():
                self.assertIn("type", body, f"{name}: {label}")
                self.assertTrue(body["description"].endswith("."), f"{name}: {label}")
                for rule in body.get("validation", []):
                    self.assertIn(label, rule["error_message"], f"{name}: the message of {label} names it")
            for label, body in blocks["output"].items():
                self.assertTrue(body["description"].endswith("."), f"{name}: {label}")

    def test_no_account_is_named(self):
        for path in ROOT.rglob("*"):
            if path.is_file():
                self.assertNotRegex(path.read_text(), r"\b\d{12}\b|AKIA[0-9A-Z]{16}", path)

    def test_each_folder_says_how_to_run_it(self):
        for name in [".", *MODULES]:
            self.assertTrue((ROOT / name / "README.md").is_file(), name)


# Value, and whether it is right.
VALUES = {
    "elasticache": {
        "eks_cluster_name": [("prod_1-a", True), ("-x", False), ("", False)],
        "name": [("gcs", True), ("Gcs", False), ("a--b", False), ("a-", False), ("9a", False)],
        "node_type": [("cache.r7g.large", True), ("db.t4g.small", False)],
        "engine_version": [("7.1", True), ("6.2", False), ("7", False)],
        "node_security_group_ids": [('["sg-1"]', True), ("[]", False), ('["eni-1"]', False)],
    },
    "memorydb": {"node_type": [("db.r7g.large", True), ("cache.t4g.small", False)]},
    "cluster": {
        "region": [("us-west-2", True), ("us-gov-west-1", True), ("west", False)],
        "vpc_cidr": [("10.1.0.0/16", True), ("10.1.0.0/8", False), ("10.1.0.0", False)],
        "api_cidrs": [('["203.0.113.7/32"]', True), ('["0.0.0.0/0"]', False), ('["all"]', False)],
        "inf2_instance_type": [("inf2.48xlarge", True), ("inf2.metal", False)],
        "inf2_zones": [("2", True), ("4", False)],
        "inf2_nodes_per_zone": [("0", True), ("1.5", False), ("-1", False)],
        "kubernetes_version": [("1.33", True), ("1.33.1", False), ("1.20", False)],
        "kuberay_version": [("1.7.0", True), ("1.2.2", False)],
    },
}
TERRAFORM = shutil.which("tofu") or shutil.which("terraform")


@unittest.skipUnless(TERRAFORM, "neither tofu nor terraform is here")
class Validation(unittest.TestCase):
    """terraform itself judges values: a module of the variables alone needs no provider."""

    GOOD = {"elasticache": {"eks_cluster_name": "c"}, "memorydb": {"eks_cluster_name": "c"}, "cluster": {"region": "us-west-2"}}

    def test_of_values(self):
        for name, variables in VALUES.items():
            with tempfile.TemporaryDirectory() as folder:
                shutil.copy(ROOT / name / "variables.tf", folder)
                for variable, values in variables.items():
                    for value, right in values:
                        given = {**self.GOOD[name], variable: value}
                        options = [f"-var={key}={text}" for key, text in given.items()]
                        run = subprocess.run(
                            [TERRAFORM, f"-chdir={folder}", "plan", "-no-color", "-input=false", "-refresh=false", *options],
                            capture_output=True, text=True, check=False,
                        )
                        said = " ".join(line.strip("│ ") for line in run.stderr.splitlines())
                        self.assertEqual(run.returncode == 0, right, f"{name}: {variable}={value}: {said}")
                        if not right:
                            self.assertIn(variable, said)

    def test_is_formatted(self):
        run = subprocess.run([TERRAFORM, "fmt", "-check", "-recursive", str(ROOT)], capture_output=True, text=True, check=False)
        self.assertEqual(run.stdout, "", "terraform fmt would change these")


if __name__ == "__main__":
    unittest.main()
