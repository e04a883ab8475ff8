# The external Redis of Ray's GCS fault tolerance in ElastiCache, beside an EKS cluster that is there.
#
# One shard, cluster mode disabled: Ray's GCS follows no MOVED (ray #31257). Always TLS and a password: what is in the GCS
# can start processes on every node of the Ray cluster. noeviction: an evicted key is a lost actor.

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
  enabled = var.enable_rayserve_ha_elastic_cache_redis ? 1 : 0
  port    = 6379

  vpc_id     = var.vpc_id != null ? var.vpc_id : one(data.aws_eks_cluster.this[*].vpc_config[0].vpc_id)
  subnet_ids = var.subnet_ids != null ? var.subnet_ids : flatten(data.aws_eks_cluster.this[*].vpc_config[0].subnet_ids)
  node_security_group_ids = var.node_security_group_ids != null ? var.node_security_group_ids : concat(
    data.aws_eks_cluster.this[*].vpc_config[0].cluster_security_group_id,
    flatten(data.aws_security_groups.node[*].ids)
  )
}

resource "aws_elasticache_subnet_group" "this" {
  count       = local.enabled
  name        = var.name
  description = "Subnets of EKS cluster ${var.eks_cluster_name}, for the Redis of its Ray GCS"
  subnet_ids  = local.subnet_ids
  tags        = var.tags
}

resource "aws_security_group" "this" {
  # checkov:skip=CKV2_AWS_5: it is attached to the replication group below, by count
  count       = local.enabled
  name        = "${var.name}-redis"
  description = "Redis of the Ray GCS: reached from the nodes of EKS cluster ${var.eks_cluster_name} alone"
  vpc_id      = local.vpc_id
  tags        = merge(var.tags, { Name = "${var.name}-redis" })
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

resource "aws_elasticache_parameter_group" "this" {
  count       = local.enabled
  name        = var.name
  family      = "redis7"
  description = "Nothing is evicted, and no idle connection of the GCS is closed"
  tags        = var.tags

  parameter {
    name  = "maxmemory-policy"
    value = "noeviction"
  }

  parameter {
    name  = "timeout"
    value = "0"
  }
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
  name_prefix = "${var.name}-redis-auth-"
  description = "Password of Redis ${var.name}"
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

resource "aws_elasticache_replication_group" "this" {
  # checkov:skip=CKV_AWS_191: kms_key_arn gives a key of one's own; the service's key is the default
  # checkov:skip=CKV2_AWS_50: redis_ha turns automatic failover on
  count                = local.enabled
  replication_group_id = var.name
  description          = "GCS of the Ray clusters in EKS cluster ${var.eks_cluster_name}"
  engine               = "redis"
  engine_version       = var.engine_version
  node_type            = var.node_type
  port                 = local.port
  parameter_group_name = aws_elasticache_parameter_group.this[0].name
  subnet_group_name    = aws_elasticache_subnet_group.this[0].name
  security_group_ids   = [aws_security_group.this[0].id]

  num_cache_clusters         = var.redis_ha ? 2 : 1
  automatic_failover_enabled = var.redis_ha
  multi_az_enabled           = var.redis_ha

  transit_encryption_enabled = true
  transit_encryption_mode    = "required"
  auth_token                 = random_password.auth[0].result
  auth_token_update_strategy = "SET"
  at_rest_encryption_enabled = true
  kms_key_id                 = var.kms_key_arn

  auto_minor_version_upgrade = false
  snapshot_retention_limit   = 1
  apply_immediately          = true
  tags                       = var.tags

  lifecycle {
    precondition {
      condition     = length(local.node_security_group_ids) > 0
      error_message = "No security group of the nodes of EKS cluster ${var.eks_cluster_name} was found: give node_security_group_ids."
    }

    precondition {
      condition     = !var.redis_ha || length(local.subnet_ids) > 1
      error_message = "redis_ha needs subnets in two zones: give subnet_ids."
    }
  }
}
