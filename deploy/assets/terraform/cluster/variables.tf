variable "region" {
  description = "AWS region. It has inf2 instances in at least two zones: us-east-1, us-east-2, us-west-2 and others."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region is an AWS region, as us-west-2."
  }
}

variable "name" {
  description = "Name of the EKS cluster and of what belongs to it."
  type        = string
  default     = "rayserve-ha"

  validation {
    condition     = can(regex("^[a-z](-?[a-z0-9]){0,29}$", var.name))
    error_message = "name has lower-case letters, digits and single hyphens, begins with a letter, does not end with a hyphen, and has 30 characters at most."
  }
}

variable "kubernetes_version" {
  description = "Version of Kubernetes that EKS supports today."
  type        = string
  default     = "1.33"

  validation {
    condition     = can(regex("^1\\.(2[89]|[3-9][0-9])$", var.kubernetes_version))
    error_message = "kubernetes_version is 1.28 or later, without the patch version: as 1.33."
  }
}

variable "vpc_cidr" {
  description = "Addresses of the VPC."
  type        = string
  default     = "10.42.0.0/16"

  validation {
    condition     = can(cidrhost(var.vpc_cidr, 0)) && can(regex("/(1[6-9]|20)$", var.vpc_cidr))
    error_message = "vpc_cidr is a network of /16 to /20, as 10.42.0.0/16."
  }
}

variable "api_cidrs" {
  description = "Who may reach the API server from the internet: your own address as a /32. Empty: only the VPC does."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for cidr in var.api_cidrs : can(cidrhost(cidr, 0)) && cidr != "0.0.0.0/0"])
    error_message = "api_cidrs holds networks, as 203.0.113.7/32; the whole internet is not one of them."
  }
}

variable "inf2_instance_type" {
  description = "Instance type of the K8s nodes with Neuron devices. The manifests' defaults are for inf2.24xlarge: 6 devices, 96 vCPU."
  type        = string
  default     = "inf2.24xlarge"

  validation {
    condition     = contains(["inf2.xlarge", "inf2.8xlarge", "inf2.24xlarge", "inf2.48xlarge"], var.inf2_instance_type)
    error_message = "inf2_instance_type is inf2.xlarge, inf2.8xlarge, inf2.24xlarge or inf2.48xlarge."
  }
}

variable "inf2_zones" {
  description = "How many zones hold a group of one or more inf2 nodes. Two: a lost zone leaves a worker pod that serves."
  type        = number
  default     = 2

  validation {
    condition     = contains([1, 2, 3], var.inf2_zones)
    error_message = "inf2_zones is 1, 2 or 3."
  }
}

variable "inf2_nodes_per_zone" {
  description = "inf2 nodes in each of those zones."
  type        = number
  default     = 1

  validation {
    condition     = var.inf2_nodes_per_zone >= 0 && var.inf2_nodes_per_zone <= 10 && floor(var.inf2_nodes_per_zone) == var.inf2_nodes_per_zone
    error_message = "inf2_nodes_per_zone is a whole number of 0 to 10 (0: none, to save money while nothing is served)."
  }
}

variable "enable_karpenter" {
  description = "Whether Karpenter makes the inf2 nodes as worker pods ask for them, in place of the managed node groups."
  type        = bool
  default     = false
}

variable "single_nat_gateway" {
  description = "One NAT gateway for all zones: cheaper, and a single point of failure for what leaves the VPC (image pulls)."
  type        = bool
  default     = true
}

variable "enable_rayserve_ha_elastic_cache_redis" {
  description = "Whether the Redis for Ray's GCS fault tolerance is made (../elasticache)."
  type        = bool
  default     = false
}

variable "redis_ha" {
  description = "Whether that Redis has a replica in another zone. Advised."
  type        = bool
  default     = false
}

variable "kuberay_version" {
  description = "Version of the KubeRay operator's chart. raydeck was tried with this one."
  type        = string
  default     = "1.7.0"

  validation {
    condition     = can(regex("^1\\.([3-9]|[1-9][0-9])\\.[0-9]+$", var.kuberay_version))
    error_message = "kuberay_version is 1.3.0 or later: gcsFaultToleranceOptions is not known before."
  }
}

variable "tags" {
  description = "Tags of all that is made."
  type        = map(string)
  default     = { project = "rayserve-ha" }
}
