#!/bin/bash
# cleanup.sh: takes away what install.sh made, in the reverse order, and names what is left.
#
# RayServices go first, while KubeRay is there: its Redis clean-up Job and the finalizer of the RayCluster need it. Load
# balancers, security groups and volumes that controllers in the cluster made are in no Terraform state: they are looked for
# by the cluster's tag. May be run again after any failure.
set -euo pipefail

usage() {
  cat <<'U'
usage: cleanup.sh --region REGION [--name NAME] [--dry-run] [--yes]
  --region REGION   AWS region of the cluster
  --name NAME       of the cluster (rayserve-ha)
  --dry-run         prints each command and runs none
  --yes             does not ask
U
}

region=''; name=rayserve-ha; dry_run=0; assume_yes=0
# shellcheck source=deploy/assets/terraform/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
while [ $# -gt 0 ]; do
  case $1 in
    --region | --name) [ $# -gt 1 ] || die "$1 needs a value" ;;
  esac
  case $1 in
    --region) region=$2; shift ;;
    --name) name=$2; shift ;;
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

find_tools aws kubectl tofu
check_session
export AWS_REGION=$region TF_IN_AUTOMATION=1 TF_VAR_region=$region TF_VAR_name=$name
# What is asked to be destroyed is what the state holds: nothing may be left out of it by a variable.
export TF_VAR_enable_rayserve_ha_elastic_cache_redis=true

# A kubeconfig of our own: another cluster of that name in yours is not touched.
kubeconfig=$(mktemp)
trap 'rm -f "$kubeconfig"' EXIT
export KUBECONFIG=$kubeconfig

# read_aws ARGUMENT...: a list of words that AWS knows, "None" left out.
read_aws() {
  if [ "$dry_run" = 1 ]; then printf '+ aws %s\n' "$(printf '%q ' "$@" | sed 's/ $//')" >&2; return; fi
  aws --region "$region" "$@" --output text | tr '\t' '\n' | grep -v '^None$' || true
}

# has_kind CRD: whether the cluster knows that kind; KubeRay or Karpenter may never have got there.
has_kind() { [ "$dry_run" = 1 ] || kubectl get crd "$1" >/dev/null 2>&1; }

cluster_is_there() {
  [ "$dry_run" = 1 ] || aws eks describe-cluster --region "$region" --name "$name" >/dev/null 2>&1
}

if cluster_is_there; then
  run_step kubeconfig aws eks update-kubeconfig --region "$region" --name "$name" --kubeconfig "$kubeconfig"
  if [ "$dry_run" = 0 ]; then
    say "In cluster $name ($region):"
    kubectl get rayservices,rayjobs,rayclusters -A --no-headers 2>/dev/null | sed 's/^/  /' || true
    kubectl get services -A --no-headers 2>/dev/null | awk '$3 == "LoadBalancer" { print "  service " $1 "/" $2 }' || true
  fi
  ask "All of that, the cluster, its VPC and its Redis will be deleted. Type the cluster's name:" "$name"

  # RayClusters last: they are gone when KubeRay's Redis clean-up is done.
  for kind in rayservices.ray.io rayjobs.ray.io rayclusters.ray.io; do
    has_kind "$kind" && run_step "${kind%%.*}" kubectl delete "$kind" --all -A --ignore-not-found --wait --timeout=600s
  done
  # The load balancers of Services and Ingresses go with them; later nobody is there to take them away.
  run_step ingresses kubectl delete ingresses.networking.k8s.io --all -A --ignore-not-found --wait --timeout=300s
  if [ "$dry_run" = 1 ]; then
    say '+ kubectl delete services that are of type LoadBalancer'
  else
    kubectl get services -A --no-headers | awk '$3 == "LoadBalancer" { print $1, $2 }' | while read -r namespace service; do
      run_step "service-$service" kubectl -n "$namespace" delete service "$service" --wait --timeout=300s </dev/null
    done
  fi
  # Karpenter's nodes are in no state either.
  if has_kind nodepools.karpenter.sh; then
    run_step nodepools kubectl delete nodepools.karpenter.sh --all --ignore-not-found --wait --timeout=600s
  fi
  add_ons=(destroy -input=false -auto-approve)
  for release in nodepool karpenter ingress neuron_monitor neuron kuberay; do add_ons+=("-target=helm_release.$release"); done
else
  say "EKS cluster $name is not in $region: only what is left of it is looked for."
  ask "The rest of it will be deleted. Type the cluster's name:" "$name"
  # Helm has no cluster to talk to any more: what it had is gone with the cluster.
  add_ons=()
  for release in $("$tf" "-chdir=$cluster_dir" state list 2>/dev/null | grep '^helm_release\.' || true); do add_ons+=("$release"); done
  if [ ${#add_ons[@]} -gt 0 ]; then add_ons=(state rm "${add_ons[@]}"); fi
fi

terraform_run init init -input=false
if [ ${#add_ons[@]} -gt 0 ]; then terraform_run add-ons "${add_ons[@]}"; fi
terraform_run redis destroy -input=false -auto-approve -target=module.elasticache
vpc=$([ "$dry_run" = 1 ] && echo VPC || "$tf" "-chdir=$cluster_dir" output -raw vpc_id 2>/dev/null || true)
[[ $vpc =~ ^vpc-[0-9a-f]+$ ]] || [ "$dry_run" = 1 ] || vpc=''
terraform_run eks destroy -input=false -auto-approve -target=module.karpenter -target=module.eks

# What controllers of the cluster made and did not take away: only what carries the cluster's tag.
if [ -n "$vpc" ]; then
  for arn in $(read_aws resourcegroupstaggingapi get-resources --resource-type-filters elasticloadbalancing:loadbalancer \
    --tag-filters "Key=kubernetes.io/cluster/$name" --query 'ResourceTagMappingList[].ResourceARN'); do
    case $arn in
      *:loadbalancer/net/* | *:loadbalancer/app/*)
        run_step "load-balancer-${arn##*/}" aws elbv2 delete-load-balancer --region "$region" --load-balancer-arn "$arn" ;;
      *) run_step "load-balancer-${arn##*/}" aws elb delete-load-balancer --region "$region" --load-balancer-name "${arn##*/}" ;;
    esac
  done
  for group in $(read_aws ec2 describe-security-groups --filters "Name=vpc-id,Values=$vpc" \
    "Name=tag-key,Values=kubernetes.io/cluster/$name" --query 'SecurityGroups[].GroupId'); do
    run_step "security-group-$group" aws ec2 delete-security-group --region "$region" --group-id "$group"
  done
fi
for volume in $(read_aws ec2 describe-volumes --filters "Name=tag-key,Values=kubernetes.io/cluster/$name" \
  'Name=status,Values=available' --query 'Volumes[].VolumeId'); do
  run_step "volume-$volume" aws ec2 delete-volume --region "$region" --volume-id "$volume"
done

terraform_run vpc destroy -input=false -auto-approve -target=module.vpc
terraform_run rest destroy -input=false -auto-approve

[ "$dry_run" = 1 ] && exit 0
left=$("$tf" "-chdir=$cluster_dir" state list 2>/dev/null | grep -v '^data\.\|\.data\.' || true)
left+=$(read_aws resourcegroupstaggingapi get-resources --tag-filters "Key=kubernetes.io/cluster/$name" \
  --query 'ResourceTagMappingList[].ResourceARN' | sed 's/^/\n/')
if [ -n "$left" ]; then
  printf 'This is left:\n%s\n' "$left" >&2
  die 'not everything is gone: run the same command again, or delete these by hand'
fi
say "Nothing of $name is left in $region."
