# What the Redis of the GCS has in ElastiCache and in MemoryDB alike: who reaches it, and a generated password.

data "aws_eks_cluster" "this" {
  count = local.enabled
  name  = var.eks_cluster_name
}

# terraform-aws-eks gives managed node groups a security group of their own, named after the cluster.
data "aws_security_groups" "node" {
  count = var.node_security_group_ids == null ? local.enabled : 0

  filter {
    name   = "vpc-id"
    values = [data.aws_eks_cluster.this[0].vpc_config[0].vpc_id]
  }

  filter {
    name   = "tag:Name"
    values = ["${var.eks_cluster_name}-node"]
  }
}

locals {
  enabled = var.enabled ? 1 : 0
  port    = 6379

  vpc_id     = var.vpc_id != null ? var.vpc_id : one(data.aws_eks_cluster.this[*].vpc_config[0].vpc_id)
  subnet_ids = var.subnet_ids != null ? var.subnet_ids : flatten(data.aws_eks_cluster.this[*].vpc_config[0].subnet_ids)
  node_security_group_ids = var.node_security_group_ids != null ? var.node_security_group_ids : concat(
    data.aws_eks_cluster.this[*].vpc_config[0].cluster_security_group_id,
    flatten(data.aws_security_groups.node[*].ids)
  )
}

resource "aws_security_group" "this" {
  # checkov:skip=CKV2_AWS_5: it is attached by the module that calls this one
  count       = local.enabled
  name        = var.name
  description = "Redis of the Ray GCS: reached from the nodes of EKS cluster ${var.eks_cluster_name} alone"
  vpc_id      = local.vpc_id
  tags        = merge(var.tags, { Name = var.name })
}

# No egress rule: the Redis opens no connection of its own.
resource "aws_vpc_security_group_ingress_rule" "redis" {
  for_each = local.enabled == 1 ? toset(local.node_security_group_ids) : toset([])

  security_group_id            = aws_security_group.this[0].id
  referenced_security_group_id = each.value
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
  description                  = "Redis from the K8s nodes"
  tags                         = var.tags
}

# Letters and digits alone: the password goes through rayStartParams, a shell and a URL.
resource "random_password" "auth" {
  count   = local.enabled
  length  = 64
  special = false
}

resource "aws_secretsmanager_secret" "auth" {
  # checkov:skip=CKV2_AWS_57: ElastiCache takes a new password beside the old one only while it is changed on both sides
  # checkov:skip=CKV_AWS_149: kms_key_arn gives a key of one's own; the service's key is the default
  count       = local.enabled
  name_prefix = var.secret_name_prefix
  description = var.secret_description
  kms_key_id  = var.kms_key_arn
  # cleanup.sh leaves nothing behind.
  recovery_window_in_days = 0
  tags                    = var.tags
}

resource "aws_secretsmanager_secret_version" "auth" {
  count         = local.enabled
  secret_id     = aws_secretsmanager_secret.auth[0].id
  secret_string = random_password.auth[0].result
}
