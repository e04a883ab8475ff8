# The external Redis of Ray's GCS fault tolerance in ElastiCache, beside an EKS cluster that is there.
#
# One shard, cluster mode disabled: Ray's GCS follows no MOVED (ray #31257). Always TLS and a password: what is in the GCS
# can start processes on every node of the Ray cluster. noeviction: an evicted key is a lost actor.

locals {
  enabled = var.enable_rayserve_ha_elastic_cache_redis ? 1 : 0
}

# Who reaches it, and its password.
module "access" {
  source = "../redis-access"

  enabled                 = var.enable_rayserve_ha_elastic_cache_redis
  name                    = "${var.name}-redis"
  secret_name_prefix      = "${var.name}-redis-auth-"
  secret_description      = "Password of Redis ${var.name}"
  eks_cluster_name        = var.eks_cluster_name
  node_security_group_ids = var.node_security_group_ids
  subnet_ids              = var.subnet_ids
  vpc_id                  = var.vpc_id
  kms_key_arn             = var.kms_key_arn
  tags                    = var.tags
}

resource "aws_elasticache_subnet_group" "this" {
  count       = local.enabled
  name        = var.name
  description = "Subnets of EKS cluster ${var.eks_cluster_name}, for the Redis of its Ray GCS"
  subnet_ids  = module.access.subnet_ids
  tags        = var.tags
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

resource "aws_elasticache_replication_group" "this" {
  # checkov:skip=CKV_AWS_191: kms_key_arn gives a key of one's own; the service's key is the default
  # checkov:skip=CKV2_AWS_50: redis_ha turns automatic failover on
  count                = local.enabled
  replication_group_id = var.name
  description          = "GCS of the Ray clusters in EKS cluster ${var.eks_cluster_name}"
  engine               = "redis"
  engine_version       = var.engine_version
  node_type            = var.node_type
  port                 = module.access.port
  parameter_group_name = aws_elasticache_parameter_group.this[0].name
  subnet_group_name    = aws_elasticache_subnet_group.this[0].name
  security_group_ids   = [module.access.security_group_id]

  num_cache_clusters         = var.redis_ha ? 2 : 1
  automatic_failover_enabled = var.redis_ha
  multi_az_enabled           = var.redis_ha

  transit_encryption_enabled = true
  transit_encryption_mode    = "required"
  auth_token                 = module.access.password
  auth_token_update_strategy = "SET"
  at_rest_encryption_enabled = true
  kms_key_id                 = var.kms_key_arn

  auto_minor_version_upgrade = false
  snapshot_retention_limit   = 1
  apply_immediately          = true
  tags                       = var.tags

  lifecycle {
    precondition {
      condition     = length(module.access.node_security_group_ids) > 0
      error_message = "No security group of the nodes of EKS cluster ${var.eks_cluster_name} was found: give node_security_group_ids."
    }

    precondition {
      condition     = !var.redis_ha || length(module.access.subnet_ids) > 1
      error_message = "redis_ha needs subnets in two zones: give subnet_ids."
    }
  }
}
