# A Redis in a VPC of its own, reached from an EKS cluster by VPC peering. Both VPCs are in one region and account, and
# their addresses do not overlap. A peering of two accounts or regions is accepted on the other side: not shown here.

terraform {
  required_version = ">= 1.6"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.60, < 7.0"
    }
    random = {
      source  = "hashicorp/random"
      version = "~> 3.6"
    }
  }
}

variable "eks_cluster_name" {
  description = "Name of the existing EKS cluster."
  type        = string
}

variable "redis_vpc_id" {
  description = "VPC of the Redis."
  type        = string
}

variable "redis_subnet_ids" {
  description = "Its subnets, in two zones."
  type        = list(string)

  validation {
    condition     = length(var.redis_subnet_ids) > 1
    error_message = "redis_subnet_ids holds subnets of two zones at least: the replica is in another one than the primary."
  }
}

data "aws_eks_cluster" "this" {
  name = var.eks_cluster_name
}

data "aws_vpc" "cluster" {
  id = data.aws_eks_cluster.this.vpc_config[0].vpc_id
}

data "aws_vpc" "redis" {
  id = var.redis_vpc_id
}

data "aws_route_tables" "cluster" {
  vpc_id = data.aws_vpc.cluster.id
}

data "aws_route_tables" "redis" {
  vpc_id = data.aws_vpc.redis.id
}

resource "aws_vpc_peering_connection" "this" {
  vpc_id      = data.aws_vpc.cluster.id
  peer_vpc_id = data.aws_vpc.redis.id
  auto_accept = true
  tags        = { Name = "${var.eks_cluster_name}-redis" }

  # Endpoints of ElastiCache are public names of private addresses: no resolution over the peering is needed.

  lifecycle {
    precondition {
      condition     = data.aws_vpc.cluster.cidr_block != data.aws_vpc.redis.cidr_block
      error_message = "The two VPCs have the same addresses (${data.aws_vpc.redis.cidr_block}): they cannot be peered."
    }
  }
}

resource "aws_route" "to_redis" {
  for_each = toset(data.aws_route_tables.cluster.ids)

  route_table_id            = each.value
  destination_cidr_block    = data.aws_vpc.redis.cidr_block
  vpc_peering_connection_id = aws_vpc_peering_connection.this.id
}

resource "aws_route" "to_cluster" {
  for_each = toset(data.aws_route_tables.redis.ids)

  route_table_id            = each.value
  destination_cidr_block    = data.aws_vpc.cluster.cidr_block
  vpc_peering_connection_id = aws_vpc_peering_connection.this.id
}

# Within a region a security group may name one of the peered VPC, so it is still the nodes alone that reach the Redis.
module "elasticache" {
  source = "../../elasticache"

  enable_rayserve_ha_elastic_cache_redis = true
  redis_ha                               = true
  eks_cluster_name                       = var.eks_cluster_name
  # Of the peering and not of the variable: its security group may name the other VPC's only once they are peered.
  vpc_id     = aws_vpc_peering_connection.this.peer_vpc_id
  subnet_ids = var.redis_subnet_ids
}

output "exports" {
  description = "Lines for the shell, before raydeck deploy."
  value       = module.elasticache.exports
}
