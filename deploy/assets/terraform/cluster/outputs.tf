output "configure_kubectl" {
  description = "The command that writes the cluster into your kubeconfig."
  value       = "aws eks update-kubeconfig --region ${var.region} --name ${module.eks.cluster_name} --alias ${module.eks.cluster_name}"
}

output "cluster_name" {
  description = "Name of the EKS cluster."
  value       = module.eks.cluster_name
}

output "vpc_id" {
  description = "Its VPC: cleanup.sh looks in it for what is left over."
  value       = module.vpc.vpc_id
}

output "elastic_cache_redis_cluster_arn" {
  description = "ARN of the Redis; null where it is not enabled."
  value       = module.elasticache.elastic_cache_redis_cluster_arn
}

output "exports" {
  description = "Lines for the shell, before raydeck deploy: eval \"$(tofu output -raw exports)\"."
  value       = "${module.elasticache.exports}export RAY_SERVE_INGRESS_CLASS='${local.ingress_class}'\n"
}
