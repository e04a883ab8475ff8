output "subnet_ids" {
  description = "Subnets of the Redis."
  value       = local.subnet_ids
}

output "node_security_group_ids" {
  description = "Security groups that reach it."
  value       = local.node_security_group_ids
}

output "port" {
  description = "The port that they reach."
  value       = local.port
}

output "security_group_id" {
  description = "Security group of the Redis; null where it is not enabled."
  value       = one(aws_security_group.this[*].id)
}

output "secret_arn" {
  description = "Secrets Manager's secret that holds the password."
  value       = one(aws_secretsmanager_secret.auth[*].arn)
}

output "password" {
  description = "The password, for the calling module alone."
  value       = one(random_password.auth[*].result)
  sensitive   = true
}
