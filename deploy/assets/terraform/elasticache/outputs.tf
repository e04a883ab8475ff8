output "elastic_cache_redis_cluster_arn" {
  description = "ARN of the replication group; null where it is not enabled."
  value       = one(aws_elasticache_replication_group.this[*].arn)
}

output "id" {
  description = "Its id: raydeck deploy --redis-from elasticache:ID."
  value       = one(aws_elasticache_replication_group.this[*].replication_group_id)
}

output "primary_endpoint" {
  description = "Host name of the primary. It follows a failover."
  value       = one(aws_elasticache_replication_group.this[*].primary_endpoint_address)
}

output "port" {
  description = "Its port."
  value       = one(aws_elasticache_replication_group.this[*].port)
}

output "security_group_id" {
  description = "Security group of the Redis."
  value       = module.access.security_group_id
}

output "username" {
  description = "User of the password: the one Ray takes unless told otherwise."
  value       = "default"
}

output "auth_secret_arn" {
  description = "Secrets Manager's secret that holds the password."
  value       = module.access.secret_arn
}

# The password is read when the lines are run: it is in no output.
output "exports" {
  description = "Lines for the shell, before raydeck deploy: eval \"$(tofu output -raw exports)\"."
  value = join("\n", [
    for group in aws_elasticache_replication_group.this :
    <<-EOT
      export EXT_REDIS_ENDPOINT='${group.primary_endpoint_address}'
      export REDIS_PORT='${group.port}'
      export REDIS_SCHEME='rediss'
      export REDIS_PASSWORD="$(aws secretsmanager get-secret-value --secret-id '${module.access.secret_arn}' --query SecretString --output text)"
    EOT
  ])
}
