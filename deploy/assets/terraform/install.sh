#!/bin/bash
# install.sh: EKS cluster, inf2 nodes, Redis, KubeRay and the add-ons, from an AWS account to where `raydeck deploy` begins.
# It says what it will make and roughly what that costs before it makes anything, and may be run again after any failure.
set -euo pipefail

usage() {
  cat <<'U'
usage: install.sh --region REGION [--name NAME] [--nodes N] [--type TYPE] [--no-redis] [--redis-ha] [--api-cidr CIDR]
                  [--karpenter] [--dry-run] [--yes]
  --region REGION   AWS region; it needs inf2 instances
  --name NAME       of the cluster (rayserve-ha)
  --nodes N         inf2 nodes in each of two zones (1)
  --type TYPE       inf2.xlarge, inf2.8xlarge, inf2.24xlarge (the default) or inf2.48xlarge
  --no-redis        no Redis: the head is then a single point of failure
  --redis-ha        a replica of the Redis in another zone (advised)
  --api-cidr CIDR   who reaches the API server from the internet; your own address as a /32 if it is not said
  --karpenter       inf2 nodes come as worker pods ask for them
  --dry-run         prints each command and runs none
  --yes             does not ask
Every variable of cluster/variables.tf can be set as TF_VAR_NAME too.
U
}

region=''; name=rayserve-ha; nodes=1; type=inf2.24xlarge; redis=true; redis_ha=false; api_cidr=''; karpenter=false
dry_run=0; assume_yes=0
# shellcheck source=deploy/assets/terraform/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
while [ $# -gt 0 ]; do
  case $1 in
    --region | --name | --nodes | --type | --api-cidr) [ $# -gt 1 ] || die "$1 needs a value" ;;
  esac
  case $1 in
    --region) region=$2; shift ;;
    --name) name=$2; shift ;;
    --nodes) nodes=$2; shift ;;
    --type) type=$2; shift ;;
    --api-cidr) api_cidr=$2; shift ;;
    --no-redis) redis=false ;;
    --redis-ha) redis_ha=true ;;
    --karpenter) karpenter=true ;;
    --dry-run) dry_run=1 ;;
    --yes) assume_yes=1 ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
done
[ -n "$region" ] || { usage >&2; exit 2; }
check_region "$region"
check_name "$name"
[[ $nodes =~ ^([0-9]|10)$ ]] || die '--nodes: 0 to 10'

# US cents an hour, list prices of us-west-2 in 2025: for the order of magnitude alone.
price_of_type() {
  case $1 in
    inf2.xlarge) echo 76 ;;
    inf2.8xlarge) echo 197 ;;
    inf2.24xlarge) echo 649 ;;
    inf2.48xlarge) echo 1298 ;;
    *) die "--type: inf2.xlarge, inf2.8xlarge, inf2.24xlarge or inf2.48xlarge" ;;
  esac
}

price=$(price_of_type "$type")
inf2=$((2 * nodes * price))
core=77
fixed=19
cache=0
if [ $redis = true ]; then cache=3; [ $redis_ha = true ] && cache=7; fi
dollars() { printf '%d.%02d' $(($1 / 100)) $(($1 % 100)); }

find_tools aws kubectl helm tofu curl
check_session
if [ -z "$api_cidr" ] && [ "$dry_run" = 0 ]; then
  address=$(curl -fsS --max-time 10 https://checkip.amazonaws.com 2>/dev/null) || address=''
  [[ $address =~ ^[0-9.]+$ ]] || die 'your address as AWS sees it is not known: give --api-cidr'
  api_cidr=$address/32
fi
api_cidr=${api_cidr:-YOUR-ADDRESS/32}

say "This makes, in $region:"
say "  EKS cluster $name, its VPC and NAT gateway, a load balancer   about \$$(dollars $fixed) an hour"
say "  2 nodes m6i.2xlarge for head, operators and chat page         about \$$(dollars $core) an hour"
say "  $((2 * nodes)) nodes $type in two zones                             about \$$(dollars $inf2) an hour"
[ $redis = true ] && say "  ElastiCache Redis, $([ $redis_ha = true ] && echo 'primary and replica' || echo 'one node: a single point of failure (--redis-ha)')   about \$$(dollars $cache) an hour"
say "Together about \$$(dollars $((fixed + core + inf2 + cache))) an hour (list prices, without traffic and disks) until cleanup.sh is run."
say "Its API server is reached from $api_cidr."
ask "Type the cluster's name to make it:" "$name"

export TF_VAR_region=$region TF_VAR_name=$name TF_VAR_inf2_instance_type=$type TF_VAR_inf2_nodes_per_zone=$nodes
export TF_VAR_enable_rayserve_ha_elastic_cache_redis=$redis TF_VAR_redis_ha=$redis_ha TF_VAR_enable_karpenter=$karpenter
export TF_VAR_api_cidrs="[\"$api_cidr\"]" AWS_REGION=$region TF_IN_AUTOMATION=1

# In this order: the providers of what comes later are configured by what came before.
terraform_run init init -input=false
terraform_run vpc apply -input=false -auto-approve -target=module.vpc
terraform_run eks apply -input=false -auto-approve -target=module.eks
terraform_run rest apply -input=false -auto-approve

run_step kubeconfig aws eks update-kubeconfig --region "$region" --name "$name" --alias "$name"
run_step kuberay kubectl --context "$name" wait --for=condition=Established --timeout=120s crd/rayservices.ray.io
run_step operator kubectl --context "$name" -n kuberay-system rollout status deployment/kuberay-operator --timeout=300s

say ''
say 'The cluster is there. The rest is raydeck:'
say "  eval \"\$($tf -chdir=$cluster_dir output -raw exports)\""
say '  export HUGGING_FACE_HUB_TOKEN=…        # the licence of the model has to be accepted first'
say "  raydeck --context $name doctor && raydeck --context $name deploy && raydeck --context $name drill"
say '  the chat page beside it: push the image of deploy/assets/gradio to a registry of yours, then'
say "  raydeck --context $name deploy --with ui --var RAY_CHAT_IMAGE=… && raydeck --context $name ui"
