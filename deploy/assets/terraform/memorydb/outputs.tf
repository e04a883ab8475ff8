output "elastic_cache_redis_cluster_arn" {
  description = "ARN of the MemoryDB cluster, under the name it has in ../elasticache; null where it is not enabled."
  value       = one(aws_memorydb_cluster.this[*].arn)
}

output "id" {
  description = "Its name: raydeck deploy --redis-from memorydb:NAME."
  value       = one(aws_memorydb_cluster.this[*].name)
}

output "primary_endpoint" {
  description = "Host name of the cluster endpoint. It follows a failover."
  value       = one(flatten(aws_memorydb_cluster.this[*].cluster_endpoint[*].address))
}

output "port" {
  description = "Its port."
  value       = one(aws_memorydb_cluster.this[*].port)
}

output "security_group_id" {
  description = "Security group of the Redis."
  value       = module.access.security_group_id
}

output "username" {
  description = "User of the password. Ray 2.41 or later takes it as gcsFaultToleranceOptions.redisUsername."
  value       = one(aws_memorydb_user.this[*].user_name)
}

output "auth_secret_arn" {
  description = "Secrets Manager's secret that holds the password."
  value       = module.access.secret_arn
}

# The password is read when the lines are run: it is in no output.
output "exports" {
  description = "Lines for the shell, before raydeck deploy: eval \"$(tofu output -raw exports)\"."
  value = join("\n", [
    for cluster in aws_memorydb_cluster.this :
    <<-EOT
      export EXT_REDIS_ENDPOINT='${cluster.cluster_endpoint[0].address}'
      export REDIS_PORT='${cluster.port}'
      export REDIS_SCHEME='rediss'
      export REDIS_PASSWORD="$(aws secretsmanager get-secret-value --secret-id '${module.access.secret_arn}' --query SecretString --output text)"
    EOT
  ])
}
