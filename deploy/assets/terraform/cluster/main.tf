# An EKS cluster for a RayService on Inferentia2, from nothing: VPC, control plane, K8s nodes. The add-ons are in addons.tf,
# Karpenter in karpenter.tf, the Redis in redis.tf.
#
# The head pod and the operators run on small nodes of their own, in two zones, and worker pods on inf2 nodes in as many
# zones as inf2_zones says: what is lost with one K8s node is then never the head and a worker pod together.

data "aws_availability_zones" "available" {
  # checkov:skip=CKV_AWS_394: only the first of them are taken, and subnets keep the zone they were made in
  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

# inf2 is not in every zone of a region.
data "aws_ec2_instance_type_offerings" "inf2" {
  location_type = "availability-zone"

  filter {
    name   = "instance-type"
    values = [var.inf2_instance_type]
  }
}

locals {
  inf2_zones = slice(
    sort(data.aws_ec2_instance_type_offerings.inf2.locations), 0,
    min(var.inf2_zones, length(data.aws_ec2_instance_type_offerings.inf2.locations))
  )
  other_zones = [for zone in data.aws_availability_zones.available.names : zone if !contains(local.inf2_zones, zone)]
  # EKS wants subnets in two zones at least.
  zones = slice(concat(local.inf2_zones, local.other_zones), 0, max(2, length(local.inf2_zones)))

  neuron_taint = {
    key    = "aws.amazon.com/neuron"
    value  = "true"
    effect = "NO_SCHEDULE"
  }

  inf2_node_groups = {
    for index, zone in local.inf2_zones : "inf2-${zone}" => {
      ami_type       = "AL2023_x86_64_NEURON"
      instance_types = [var.inf2_instance_type]
      subnet_ids     = [module.vpc.private_subnets[index]]

      min_size     = 0
      max_size     = max(1, var.inf2_nodes_per_zone)
      desired_size = var.inf2_nodes_per_zone

      labels = { workload = "neuron" }
      taints = { neuron = local.neuron_taint }

      # The image of Ray, Neuron and the compiled model takes some 60 GB.
      block_device_mappings = {
        root = {
          device_name = "/dev/xvda"
          ebs = {
            volume_size           = 200
            volume_type           = "gp3"
            encrypted             = true
            delete_on_termination = true
          }
        }
      }
    }
  }
}

module "vpc" {
  # checkov:skip=CKV_TF_1: one version of the registry, which does not change what a version holds
  source  = "terraform-aws-modules/vpc/aws"
  version = "5.21.0"

  name = var.name
  cidr = var.vpc_cidr
  azs  = local.zones

  private_subnets = [for index, _ in local.zones : cidrsubnet(var.vpc_cidr, 2, index)]
  public_subnets  = [for index, _ in local.zones : cidrsubnet(var.vpc_cidr, 8, 192 + index)]

  enable_nat_gateway = true
  single_nat_gateway = var.single_nat_gateway

  public_subnet_tags = { "kubernetes.io/role/elb" = 1 }
  private_subnet_tags = {
    "kubernetes.io/role/internal-elb" = 1
    "karpenter.sh/discovery"          = var.name
  }
}

module "eks" {
  # checkov:skip=CKV_TF_1: one version of the registry, which does not change what a version holds
  source  = "terraform-aws-modules/eks/aws"
  version = "20.37.2"

  cluster_name    = var.name
  cluster_version = var.kubernetes_version

  vpc_id     = module.vpc.vpc_id
  subnet_ids = module.vpc.private_subnets

  cluster_endpoint_private_access          = true
  cluster_endpoint_public_access           = length(var.api_cidrs) > 0
  cluster_endpoint_public_access_cidrs     = var.api_cidrs
  enable_cluster_creator_admin_permissions = true

  cluster_addons = {
    coredns                = {}
    kube-proxy             = {}
    vpc-cni                = { before_compute = true }
    eks-pod-identity-agent = { before_compute = true }
  }

  node_security_group_tags = { "karpenter.sh/discovery" = var.name }

  eks_managed_node_groups = merge(
    {
      # Operators, ingress controller, chat page, and the Ray head.
      core = {
        ami_type       = "AL2023_x86_64_STANDARD"
        instance_types = ["m6i.2xlarge"]
        min_size       = 2
        max_size       = 4
        desired_size   = 2
        labels         = { workload = "core" }
      }
    },
    var.enable_karpenter ? {} : local.inf2_node_groups
  )
}

check "zones" {
  assert {
    condition     = length(local.inf2_zones) >= var.inf2_zones
    error_message = "${var.region} has ${var.inf2_instance_type} in ${length(local.inf2_zones)} zone(s) for this account, and inf2_zones asks for ${var.inf2_zones}."
  }
}
