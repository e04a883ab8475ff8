# elasticache/ and memorydb/ check and explain what they hand on.

variable "enabled" {
  description = "Whether anything is made."
  type        = bool
}

variable "name" {
  description = "Name of the security group."
  type        = string
}

variable "secret_name_prefix" {
  description = "Beginning of the name of the secret in Secrets Manager."
  type        = string
}

variable "secret_description" {
  description = "What that secret is."
  type        = string
}

variable "eks_cluster_name" {
  description = "Name of the existing EKS cluster."
  type        = string
}

variable "node_security_group_ids" {
  description = "Security groups of the K8s nodes; null: those of the cluster."
  type        = list(string)
}

variable "subnet_ids" {
  description = "Subnets of the Redis; null: those of the cluster."
  type        = list(string)
}

variable "vpc_id" {
  description = "Its VPC; null: that of the cluster."
  type        = string
}

variable "kms_key_arn" {
  description = "KMS key of the secret; null: the key of the AWS service."
  type        = string
}

variable "tags" {
  description = "Tags of all that is made."
  type        = map(string)
}
