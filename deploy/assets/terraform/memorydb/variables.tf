# The variables that elasticache/ and memorydb/ have in common come first and are the same in both.

variable "enable_rayserve_ha_elastic_cache_redis" {
  description = "Whether the Redis for Ray's GCS fault tolerance is made. False makes nothing and costs nothing."
  type        = bool
  default     = false
}

variable "eks_cluster_name" {
  description = "Name of the existing EKS cluster. Its VPC, subnets and node security groups are read from it."
  type        = string

  validation {
    condition     = can(regex("^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$", var.eks_cluster_name))
    error_message = "eks_cluster_name is the name of an EKS cluster: a letter or digit, then letters, digits, - and _, 100 characters at most."
  }
}

variable "name" {
  description = "Name of the Redis and of what belongs to it."
  type        = string
  default     = "rayserve-gcs"

  validation {
    condition     = can(regex("^[a-z](-?[a-z0-9]){0,39}$", var.name))
    error_message = "name has lower-case letters, digits and single hyphens, begins with a letter, does not end with a hyphen, and has 40 characters at most."
  }
}

variable "redis_ha" {
  description = "Whether there is a replica in another zone that takes over by itself. Advised: without it the Redis is the single point of failure that the head was."
  type        = bool
  default     = false
}

variable "node_type" {
  description = "Type of the Redis node. The GCS of a cluster of some hundred actors holds a few MB."
  type        = string
  default     = "db.t4g.small"

  validation {
    condition     = startswith(var.node_type, "db.")
    error_message = "node_type is a MemoryDB node type: it begins with \"db.\"."
  }
}

variable "engine_version" {
  description = "Version of Redis."
  type        = string
  default     = "7.1"

  validation {
    condition     = can(regex("^7\\.[0-9]+$", var.engine_version))
    error_message = "engine_version is 7.0 or later of major version 7: the parameter group is of family memorydb_redis7."
  }
}

variable "node_security_group_ids" {
  description = "Security groups of the K8s nodes, which alone reach the Redis. Null: the cluster's own group, and the group that terraform-aws-eks names <cluster>-node."
  type        = list(string)
  default     = null

  validation {
    condition     = var.node_security_group_ids == null ? true : length(var.node_security_group_ids) > 0 && alltrue([for id in coalesce(var.node_security_group_ids, []) : startswith(id, "sg-")])
    error_message = "node_security_group_ids is null or a list of at least one security group's id (sg-…)."
  }
}

variable "subnet_ids" {
  description = "Subnets of the Redis. Null: the subnets of the EKS cluster."
  type        = list(string)
  default     = null
}

variable "vpc_id" {
  description = "VPC of subnet_ids, where that is not the cluster's: the two are then peered (examples/redis-in-another-vpc)."
  type        = string
  default     = null
}

variable "kms_key_arn" {
  description = "KMS key for the data at rest and for the password. Null: the key of the AWS service."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of all that is made."
  type        = map(string)
  default     = {}
}
