#!/usr/bin/env bats
# kustomize.bats: the overlays of machine types, rendered by kubectl and judged by raydeck lint. Needs kubectl 1.21 or later.

setup_file() {
  export EXT_REDIS_ENDPOINT=redis.example.com REDIS_PASSWORD=only-for-this-test HUGGING_FACE_HUB_TOKEN=hf_only-for-this-test
}

setup() {
  cd "$BATS_TEST_DIRNAME/../.."
  command -v kubectl >/dev/null || skip 'kubectl is not here'
  kubectl kustomize deploy/assets >/dev/null 2>&1 || skip 'this kubectl knows no such kustomization'
  [ -x build/raydeck ] || make -s programs
}

render() { kubectl kustomize "deploy/overlays/$1" >"$BATS_TEST_TMPDIR/$1.yaml"; }

# Prints the rules that lint names, one a line; the image and its Ray are those of nobody.
rules() {
  build/raydeck lint "${@:2}" --var RAY_SERVE_IMAGE=example.com/ray:2.60.0 --var RAY_VERSION=2.60.0 \
    "$BATS_TEST_TMPDIR/$1.yaml" |
    grep -oE '(error|warning) L[0-9]+' || true
}

@test "every folder is an overlay that renders" {
  for folder in deploy/overlays/*/; do render "$(basename "$folder")"; done
  [ -s "$BATS_TEST_TMPDIR/cpu.yaml" ]
}

@test "cpu is clean, and asks for no device" {
  render cpu
  [ -z "$(rules cpu --cpu)" ]
  run grep -E 'neuron|nvidia|hf-token' "$BATS_TEST_TMPDIR/cpu.yaml"
  [ "$status" = 1 ]
}

# Prints the documents of stdin that are of neither kind which the overlay adds.
added_left_out() { awk 'BEGIN { RS = "---\n" } !/kind: (Ingress|NetworkPolicy)\n/ { print "---\n" $0 }'; }

@test "cpu is what deploy --cpu takes, with an Ingress and a NetworkPolicy" {
  render cpu
  kubectl kustomize deploy/assets/serve | added_left_out >"$BATS_TEST_TMPDIR/deploy--cpu"
  added_left_out <"$BATS_TEST_TMPDIR/cpu.yaml" | diff - "$BATS_TEST_TMPDIR/deploy--cpu"
  [ "$(grep -cE '^kind: (Ingress|NetworkPolicy)$' "$BATS_TEST_TMPDIR/cpu.yaml")" = 2 ]
}

# L23: the scheduler extension is there where deploy/assets/terraform/cluster made the cluster.
@test "inf2 and trn1 are clean but for their scheduler" {
  for overlay in inf2 trn1; do
    render $overlay
    [ "$(rules $overlay)" = 'warning L23' ]
  done
}

# The ingress deployment of ray.serve.llm has two replicas in its own code, the model what deployment_config gives it.
@test "gpu is clean" {
  render gpu
  [ -z "$(rules gpu)" ]
}

@test "what makes the service outlive its head is the same in all" {
  for overlay in inf2 trn1 gpu cpu; do
    render $overlay
    grep -q 'redisAddress: $REDIS_SCHEME://$EXT_REDIS_ENDPOINT:$REDIS_PORT' "$BATS_TEST_TMPDIR/$overlay.yaml"
    grep -q 'excludeHeadPodFromServeSvc: true' "$BATS_TEST_TMPDIR/$overlay.yaml"
    grep -q 'kind: NetworkPolicy' "$BATS_TEST_TMPDIR/$overlay.yaml"
    grep -q 'max_replicas_per_node: 1' "$BATS_TEST_TMPDIR/$overlay.yaml"
  done
}
