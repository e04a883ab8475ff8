# The Redis is read from the cluster that is there: install.sh makes module.vpc and module.eks first.
module "elasticache" {
  source = "../elasticache"

  enable_rayserve_ha_elastic_cache_redis = var.enable_rayserve_ha_elastic_cache_redis
  redis_ha                               = var.redis_ha
  eks_cluster_name                       = module.eks.cluster_name
  name                                   = "${var.name}-gcs"
  node_security_group_ids                = [module.eks.node_security_group_id, module.eks.cluster_primary_security_group_id]
  subnet_ids                             = module.vpc.private_subnets
  vpc_id                                 = module.vpc.vpc_id
  tags                                   = var.tags
}
