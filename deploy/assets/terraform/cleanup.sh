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
  local words
  words=$(answer_of '' aws --region "$region" "$@" --output text) || exit 1
  printf '%s\n' "$words" | tr '\t' '\n' | grep -v '^None$\|^$' || true
}

# has_kind CRD: whether the cluster knows that kind; KubeRay or Karpenter may never have got there.
has_kind() { [ "$dry_run" = 1 ] || grep -q "/$1\$" <<<"$kinds"; }

# state_list: what Terraform holds; nothing where it never began.
state_list() { answer_of 'No state file was found' "$tf" "-chdir=$cluster_dir" state list; }

cluster=there
[ "$dry_run" = 1 ] || cluster=$(answer_of ResourceNotFoundException aws eks describe-cluster --region "$region" --name "$name" \
  --query cluster.status --output text)

if [ -n "$cluster" ]; then
  run_step kubeconfig aws eks update-kubeconfig --region "$region" --name "$name" --kubeconfig "$kubeconfig"
  kinds=''
  if [ "$dry_run" = 0 ]; then
    kinds=$(answer_of '' kubectl get crd -o name)
    services=$(answer_of '' kubectl get services -A --no-headers)
    say "In cluster $name ($region):"
    kubectl get rayservices,rayjobs,rayclusters -A --no-headers 2>/dev/null | sed 's/^/  /' || true
    awk '$3 == "LoadBalancer" { print "  service " $1 "/" $2 }' <<<"$services"
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
    services=$(answer_of '' kubectl get services -A --no-headers)
    while read -r namespace service; do
      [ -n "$service" ] || continue
      run_step "service-$service" kubectl -n "$namespace" delete service "$service" --ignore-not-found --wait --timeout=300s </dev/null
    done < <(awk '$3 == "LoadBalancer" { print $1, $2 }' <<<"$services")
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
  terraform_run init init -input=false
  held=$(state_list)
  for release in $(grep '^helm_release\.' <<<"$held" || true); do add_ons+=("$release"); done
  if [ ${#add_ons[@]} -gt 0 ]; then add_ons=(state rm "${add_ons[@]}"); fi
fi

terraform_run init init -input=false
if [ ${#add_ons[@]} -gt 0 ]; then terraform_run add-ons "${add_ons[@]}"; fi
terraform_run redis destroy -input=false -auto-approve -target=module.elasticache
vpc=VPC
[ "$dry_run" = 1 ] || vpc=$(answer_of 'Output .* not found|No outputs found' "$tf" "-chdir=$cluster_dir" output -raw vpc_id)
[[ $vpc =~ ^vpc-[0-9a-f]+$ ]] || [ "$dry_run" = 1 ] || vpc=''
terraform_run eks destroy -input=false -auto-approve -target=module.karpenter -target=module.eks

# What controllers of the cluster made and did not take away: only what carries the cluster's tag.
if [ -n "$vpc" ]; then
  arns=$(read_aws resourcegroupstaggingapi get-resources --resource-type-filters elasticloadbalancing:loadbalancer \
    --tag-filters "Key=kubernetes.io/cluster/$name" --query 'ResourceTagMappingList[].ResourceARN')
  for arn in $arns; do
    case $arn in
      *:loadbalancer/net/* | *:loadbalancer/app/*)
        run_step "load-balancer-${arn##*/}" aws elbv2 delete-load-balancer --region "$region" --load-balancer-arn "$arn" ;;
      *) run_step "load-balancer-${arn##*/}" aws elb delete-load-balancer --region "$region" --load-balancer-name "${arn##*/}" ;;
    esac
  done
  groups=$(read_aws ec2 describe-security-groups --filters "Name=vpc-id,Values=$vpc" \
    "Name=tag-key,Values=kubernetes.io/cluster/$name" --query 'SecurityGroups[].GroupId')
  for group in $groups; do
    run_step "security-group-$group" aws ec2 delete-security-group --region "$region" --group-id "$group"
  done
fi
volumes=$(read_aws ec2 describe-volumes --filters "Name=tag-key,Values=kubernetes.io/cluster/$name" \
  'Name=status,Values=available' --query 'Volumes[].VolumeId')
for volume in $volumes; do
  run_step "volume-$volume" aws ec2 delete-volume --region "$region" --volume-id "$volume"
done

terraform_run vpc destroy -input=false -auto-approve -target=module.vpc
terraform_run rest destroy -input=false -auto-approve

[ "$dry_run" = 1 ] && exit 0
held=$(state_list)
tagged=$(read_aws resourcegroupstaggingapi get-resources --tag-filters "Key=kubernetes.io/cluster/$name" \
  --query 'ResourceTagMappingList[].ResourceARN')
left=$(printf '%s\n%s\n' "$held" "$tagged" | grep -v '^$\|^data\.\|\.data\.' || true)
if [ -n "$left" ]; then
  printf 'This is left:\n%s\n' "$left" >&2
  die 'not everything is gone: run the same command again, or delete these by hand'
fi
say "Nothing of $name is left in $region."
