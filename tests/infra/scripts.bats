#!/usr/bin/env bats
# scripts.bats: install.sh and cleanup.sh against fakes of aws, kubectl, helm and terraform, each failing in turn.

setup() {
  scripts="$BATS_TEST_DIRNAME/../../deploy/assets/terraform"
  bin="$BATS_TEST_TMPDIR/bin"
  mkdir -p "$bin"
  for tool in aws kubectl helm terraform curl; do ln -s "$BATS_TEST_DIRNAME/fake" "$bin/$tool"; done
  # What the scripts themselves run, and nothing else of this machine.
  for tool in bash cat ln head cut sed grep awk tr tail mkdir chmod mktemp rm basename dirname env; do ln -sf "$(command -v "$tool")" "$bin/$tool"; done
  export PATH="$bin" FAKE_LOG="$BATS_TEST_TMPDIR/calls" XDG_STATE_HOME="$BATS_TEST_TMPDIR/state" HOME="$BATS_TEST_TMPDIR"
  : >"$FAKE_LOG"
}

install() { run "$scripts/install.sh" --region us-west-2 "$@"; }
cleanup() { run "$scripts/cleanup.sh" --region us-west-2 "$@"; }
calls() { grep -E "$1" "$FAKE_LOG"; }
# The number of the line of the first call that matches.
line_of() { grep -nE "$1" "$FAKE_LOG" | head -1 | cut -d: -f1; }
# `! command` does not fail a test of bats: these do.
no_calls() { if calls "$1"; then return 1; fi; }
no_changes() { no_calls 'apply|destroy|delete|state rm|update-kubeconfig'; }
has_not() { [[ $output != *"$1"* ]]; }

# Fails with what was printed, as bats shows no more than the line of a failed [ ].
has() { [[ $output == *"$1"* ]] || { printf 'no "%s" in:\n%s\n' "$1" "$output"; return 1; }; }

@test "install: makes the VPC, then EKS, then the rest" {
  install --yes --redis-ha
  [ "$status" = 0 ]
  [[ $(calls apply) == $'terraform -chdir='*'-target=module.vpc'*$'\n'*'-target=module.eks'*$'\n'*'apply -input=false -auto-approve' ]]
  has 'raydeck --context rayserve-ha drill'
}

@test "install: says what it makes and what it costs before it makes anything" {
  install
  [ "$status" = 1 ]
  has '2 nodes inf2.24xlarge in two zones'
  has 'an hour'
  has 'without a terminal this needs --yes'
  no_changes
}

@test "install: names every tool that is missing, and how to get it" {
  rm "$bin/aws" "$bin/helm" "$bin/terraform"
  install --yes
  [ "$status" = 1 ]
  has 'the AWS CLI'; has 'helm 3'; has 'OpenTofu'
  no_changes
}

@test "install: takes tofu where it is there" {
  ln -s "$BATS_TEST_DIRNAME/fake" "$bin/tofu"
  install --yes
  [ "$status" = 0 ]
  calls '^tofu .*apply'
  no_calls '^terraform'
}

@test "install: an AWS session that is over is told before anything is made" {
  FAKE_FAIL='sts get-caller-identity' install --yes
  [ "$status" = 1 ]
  has 'aws sso login'
  no_changes
}

@test "install: a dry run runs nothing" {
  install --dry-run
  [ "$status" = 0 ]
  [ ! -s "$FAKE_LOG" ]
  has '+ terraform'; has '-target=module.eks'
}

@test "install: each step that fails stops it, says where, and a second run goes through" {
  for step in init target=module.vpc target=module.eks 'apply -input=false -auto-approve$' update-kubeconfig 'wait --for' rollout; do
    : >"$FAKE_LOG"
    FAKE_FAIL="$step" FAKE_SAYS='Error: something' install --yes
    [ "$status" = 1 ]
    has 'Error: something'
    has 'run the same command again'
    [[ $(tail -n 1 "$FAKE_LOG") =~ $step ]]
    install --yes
    [ "$status" = 0 ]
  done
}

@test "install: what is behind a failure is said" {
  FAKE_FAIL='module.eks' FAKE_SAYS='ExpiredToken: The security token is expired' install --yes
  has 'The AWS session is over'
  FAKE_FAIL='module.eks' FAKE_SAYS='Error acquiring the state lock' install --yes
  has 'force-unlock'
  FAKE_FAIL='apply -input=false -auto-approve$' FAKE_SAYS='VcpuLimitExceeded: more vCPU' install --yes
  has 'Service Quotas'
  FAKE_FAIL='module.vpc' FAKE_SAYS='UnauthorizedOperation: ec2:CreateVpc' install --yes
  has 'may not do that'
}

@test "install: an option that is not right is refused before anything is asked of AWS" {
  run "$scripts/install.sh"; [ "$status" = 2 ]
  run "$scripts/install.sh" --region; [ "$status" = 1 ]
  run "$scripts/install.sh" --region 'west; rm -rf /'; [ "$status" = 1 ]
  install --name 'a b'; [ "$status" = 1 ]
  install --nodes 99; [ "$status" = 1 ]
  install --type inf2.metal; [ "$status" = 1 ]
  install --nope; [ "$status" = 2 ]
  [ ! -s "$FAKE_LOG" ]
}

@test "install: no Redis without being told so, and one that is named a single point of failure" {
  install --dry-run
  has 'a single point of failure (--redis-ha)'
  install --dry-run --no-redis
  has_not ElastiCache
}

@test "cleanup: RayServices go first, then load balancers, add-ons, Redis, EKS, VPC" {
  cleanup --yes
  [ "$status" = 0 ]
  has 'Nothing of rayserve-ha is left'
  last=0
  for step in 'delete rayservices' 'delete rayclusters' 'delete ingresses' 'delete service traefik' 'target=helm_release.kuberay' \
    'target=module.elasticache' 'target=module.eks' 'target=module.vpc' 'destroy -input=false -auto-approve$'; do
    here=$(line_of "$step")
    [ -n "$here" ] && [ "$here" -gt "$last" ]
    last=$here
  done
  no_calls 'delete service mistral-serve-svc'
}

@test "cleanup: asks, and without a terminal changes nothing" {
  cleanup
  [ "$status" = 1 ]
  has 'rayservice.ray.io/mistral'
  has 'without a terminal this needs --yes'
  no_calls 'delete|destroy'
}

@test "cleanup: the kubeconfig of the person is not used" {
  cleanup --yes
  calls 'update-kubeconfig .*--kubeconfig'
}

@test "cleanup: Karpenter's nodes go where there is Karpenter" {
  cleanup --yes
  no_calls 'delete nodepools'
  FAKE_KARPENTER=1 cleanup --yes
  calls 'delete nodepools'
}

@test "cleanup: what controllers left behind is found by the cluster's tag and deleted" {
  export FAKE_GROUPS=sg-0left FAKE_VOLUMES=vol-0left
  export FAKE_BALANCERS='arn:aws:elasticloadbalancing:us-west-2:1:loadbalancer/net/a/0123'
  cleanup --yes
  [ "$status" = 0 ]
  calls 'elbv2 delete-load-balancer .*loadbalancer/net/a/0123'
  calls 'delete-security-group .*sg-0left'
  calls 'delete-volume .*vol-0left'
  calls 'Name=tag-key,Values=kubernetes.io/cluster/rayserve-ha'
}

@test "cleanup: what it could not take away is named, and is no success" {
  FAKE_LEFT='arn:aws:ec2:us-west-2:1:volume/vol-9' cleanup --yes
  [ "$status" = 1 ]
  has 'arn:aws:ec2:us-west-2:1:volume/vol-9'
  FAKE_STATE=$'module.vpc.aws_vpc.this[0]\n' cleanup --yes
  [ "$status" = 1 ]
  has 'module.vpc.aws_vpc.this[0]'
}

@test "cleanup: with the cluster gone, the rest goes, and Helm is not asked" {
  export FAKE_CLUSTER=0 FAKE_STATE=$'helm_release.kuberay\n'
  cleanup --yes
  calls 'state rm helm_release.kuberay'
  no_calls 'kubectl|target=helm_release'
  calls 'target=module.vpc'
}

@test "cleanup: each step that fails stops it, and a second run goes through" {
  for step in 'delete rayservices' 'delete ingresses' 'delete service traefik' 'target=helm_release' 'module.elasticache' 'module.eks' 'module.vpc'; do
    : >"$FAKE_LOG"
    FAKE_FAIL="$step" FAKE_SAYS='Error: something' cleanup --yes
    [ "$status" = 1 ]
    has 'run the same command again'
    cleanup --yes
    [ "$status" = 0 ]
  done
}

@test "cleanup: a dry run runs nothing" {
  cleanup --dry-run
  [ "$status" = 0 ]
  [ ! -s "$FAKE_LOG" ]
}

# What every tool says of a session that ends half-way, as AWS' own tools say it.
expired='An error occurred (ExpiredToken) when calling the operation: The security token included in the request is expired'

@test "install: a session that expires half-way is told so, and running it again goes on" {
  for step in init target=module.vpc target=module.eks 'apply -input=false -auto-approve$' update-kubeconfig; do
    FAKE_FAIL="$step" FAKE_SAYS="$expired" install --yes
    [ "$status" = 1 ]
    has 'The AWS session is over: aws sso login'
    has 'run the same command again: it goes on from here'
    install --yes
    [ "$status" = 0 ]
  done
}

@test "install and cleanup: interrupted half-way they say where, and running them again goes on" {
  FAKE_INTERRUPT='target=module.eks' install --yes
  [ "$status" = 130 ]
  has 'interrupted at eks. Run the same command again: it goes on from here'
  no_calls 'apply -input=false -auto-approve$'
  install --yes
  [ "$status" = 0 ]
  FAKE_INTERRUPT='target=module.vpc' cleanup --yes
  [ "$status" = 130 ]
  has 'interrupted at vpc'
  cleanup --yes
  [ "$status" = 0 ]
}

@test "install: a lock that an interrupted run left is named with how to release it" {
  FAKE_FAIL='module.vpc' FAKE_SAYS=$'Error: Error acquiring the state lock\n  ID:        0f3b-77' install --yes
  [ "$status" = 1 ]
  has 'force-unlock 0f3b-77'
}

@test "cleanup: a question that AWS or the cluster does not answer is not taken for nothing there" {
  for question in 'eks describe-cluster' 'get crd' 'get services' 'output -raw vpc_id' 'get-resources --resource-type' \
    describe-security-groups describe-volumes 'state list' 'get-resources --tag-filters'; do
    : >"$FAKE_LOG"
    FAKE_FAIL="$question" FAKE_SAYS="$expired" cleanup --yes
    [ "$status" = 1 ]
    has 'The AWS session is over: aws sso login'
    has 'run the same command again'
    has_not 'is left in us-west-2'
    has_not 'is not in us-west-2'
    no_calls 'state rm'
    [[ $(tail -n 1 "$FAKE_LOG") =~ $question ]]
    cleanup --yes
    [ "$status" = 0 ]
  done
}

@test "cleanup: where Terraform never began there is nothing to take out of its state" {
  FAKE_CLUSTER=0 FAKE_FAIL='state list' FAKE_SAYS='No state file was found!' cleanup --yes
  [ "$status" = 0 ]
  no_calls 'state rm'
}
