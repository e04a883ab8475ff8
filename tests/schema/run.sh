#!/bin/bash
# run.sh: each YAML under deploy/ against the schemas of Kubernetes (PyPI's kubernetes-validate) and KubeRay's real CRDs
# (assets.py); lint against a JSON-Schema validator with the same CRDs, on random mutations (differential.py).
# CRDS: their folder, a ray-operator/config/crd/bases, and KUBERAY: of which version; without it, those of a Go module.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
venv=${SCHEMA_VENV:-build/schema-venv} version=v1.6.2
if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -c 'import jsonschema, kubernetes_validate, yaml' 2>/dev/null; then
  mkdir -p "$(dirname "$venv")"
  python3 -m venv "$venv" && "$venv/bin/pip" install -q 'jsonschema==4.26.0' 'PyYAML==6.0.3' 'kubernetes-validate==1.37.0' || exit 1
fi
if [ -z "${CRDS:-}" ]; then
  command -v go >/dev/null || { echo 'test-schema: CRDS=FOLDER of the CRDs is needed, or go' >&2; exit 1; }
  CRDS=$(cd / && go mod download -json "github.com/ray-project/kuberay/ray-operator@$version" |
         sed -n 's/.*"Dir": "\(.*\)".*/\1/p')/config/crd/bases
  KUBERAY=$version
fi
status=0
"$venv/bin/python" tests/schema/assets.py "${BUILD:-build}/raydeck" "$CRDS" || status=1
"$venv/bin/python" tests/schema/differential.py "${BUILD:-build}/raydeck" "$CRDS" "${COUNT:-5000}" "${SEED:-1}" "${KUBERAY:-}" || status=1
# RAY_PYTHON: a Python that has ray[serve] 2.60 or later. Its models judge serveConfigV2.
if [ -n "${RAY_PYTHON:-}" ]; then
  "$RAY_PYTHON" tests/schema/serve.py "${BUILD:-build}/raydeck" "${COUNT:-5000}" "${SEED:-1}" || status=1
fi
exit $status
