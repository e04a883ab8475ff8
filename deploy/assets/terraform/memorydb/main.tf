# The external Redis of Ray's GCS fault tolerance in MemoryDB, with the interface of ../elasticache.
#
# MemoryDB writes to a log across zones before it answers, so a failover loses nothing. It always speaks as in cluster mode:
# with its one shard Ray finds the primary itself, and the GCS crashes and comes back when the primary changes (ray #31257;
# rule D6 of raydeck doctor). Where that matters more than the log, take ../elasticache.

locals {
  enabled = var.enable_rayserve_ha_elastic_cache_redis ? 1 : 0
}

# Who reaches it, and its password.
module "access" {
  source = "../redis-access"

  enabled                 = var.enable_rayserve_ha_elastic_cache_redis
  name                    = "${var.name}-memorydb"
  secret_name_prefix      = "${var.name}-memorydb-auth-"
  secret_description      = "Password of user ${var.name} of MemoryDB ${var.name}"
  eks_cluster_name        = var.eks_cluster_name
  node_security_group_ids = var.node_security_group_ids
  subnet_ids              = var.subnet_ids
  vpc_id                  = var.vpc_id
  kms_key_arn             = var.kms_key_arn
  tags                    = var.tags
}

resource "aws_memorydb_subnet_group" "this" {
  count       = local.enabled
  name        = var.name
  description = "Subnets of EKS cluster ${var.eks_cluster_name}, for the Redis of its Ray GCS"
  subnet_ids  = module.access.subnet_ids
  tags        = var.tags
}

resource "aws_memorydb_parameter_group" "this" {
  count       = local.enabled
  name        = var.name
  family      = "memorydb_redis7"
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

# A user needs Ray 2.41 or later (gcsFaultToleranceOptions.redisUsername); "default" is one that MemoryDB keeps for itself.
resource "aws_memorydb_user" "this" {
  count         = local.enabled
  user_name     = var.name
  access_string = "on ~* &* +@all"
  tags          = var.tags

  authentication_mode {
    type      = "password"
    passwords = [module.access.password]
  }
}

resource "aws_memorydb_acl" "this" {
  count      = local.enabled
  name       = var.name
  user_names = [aws_memorydb_user.this[0].user_name]
  tags       = var.tags
}

resource "aws_memorydb_cluster" "this" {
  # checkov:skip=CKV_AWS_201: kms_key_arn gives a key of one's own; the service's key is the default
  count                = local.enabled
  name                 = var.name
  description          = "GCS of the Ray clusters in EKS cluster ${var.eks_cluster_name}"
  acl_name             = aws_memorydb_acl.this[0].name
  node_type            = var.node_type
  engine_version       = var.engine_version
  port                 = module.access.port
  parameter_group_name = aws_memorydb_parameter_group.this[0].name
  subnet_group_name    = aws_memorydb_subnet_group.this[0].name
  security_group_ids   = [module.access.security_group_id]

  num_shards             = 1
  num_replicas_per_shard = var.redis_ha ? 1 : 0
  tls_enabled            = true
  kms_key_arn            = var.kms_key_arn

  auto_minor_version_upgrade = false
  snapshot_retention_limit   = 1
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
