#!/bin/bash
# run.sh: the tests of deploy/assets/terraform (HCL and scripts), deploy/assets/redis and deploy/overlays.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
venv=${INFRA_VENV:-build/infra-venv}
if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -c 'import hcl2' 2>/dev/null; then
  mkdir -p "$(dirname "$venv")"
  python3 -m venv "$venv" && "$venv/bin/pip" install -q 'python-hcl2==7.3.1' || exit 1
fi
status=0
"$venv/bin/python" tests/infra/hcl_test.py || status=1
bats tests/infra/*.bats || status=1
# Judges of other makers, where they are installed: checkov (PyPI) without a finding, tflint with its own rules.
if command -v checkov >/dev/null; then checkov -d deploy/assets/terraform --framework terraform --compact --quiet || status=1; fi
if command -v tflint >/dev/null; then tflint --chdir=deploy/assets/terraform --recursive || status=1; fi
exit $status
