# Karpenter in place of the inf2 node groups: nodes come as worker pods ask for them, and go when nothing runs on them.
# Never while a worker pod serves: a RayService's worker that is moved is a request lost and a model compiled again.

module "karpenter" {
  # checkov:skip=CKV_TF_1: one version of the registry, which does not change what a version holds
  source  = "terraform-aws-modules/eks/aws//modules/karpenter"
  version = "20.37.2"

  create       = var.enable_karpenter
  cluster_name = module.eks.cluster_name

  enable_v1_permissions           = true
  enable_pod_identity             = true
  create_pod_identity_association = true
}

resource "helm_release" "karpenter" {
  count      = var.enable_karpenter ? 1 : 0
  name       = "karpenter"
  namespace  = "kube-system"
  repository = "oci://public.ecr.aws/karpenter"
  chart      = "karpenter"
  version    = "1.6.0"

  values = [yamlencode({
    settings = {
      clusterName       = module.eks.cluster_name
      clusterEndpoint   = module.eks.cluster_endpoint
      interruptionQueue = module.karpenter.queue_name
    }
    nodeSelector = { workload = "core" }
  })]

  depends_on = [module.eks]
}

# NodePool and EC2NodeClass as a chart: their kinds are not known before Karpenter's own chart is there.
resource "helm_release" "nodepool" {
  count     = var.enable_karpenter ? 1 : 0
  name      = "neuron-nodepool"
  namespace = "kube-system"
  chart     = "${path.module}/charts/neuron-nodepool"

  values = [yamlencode({
    clusterName  = module.eks.cluster_name
    nodeRole     = module.karpenter.node_iam_role_name
    instanceType = var.inf2_instance_type
    zones        = local.inf2_zones
    maxNodes     = var.inf2_nodes_per_zone * length(local.inf2_zones)
    devices      = { "inf2.xlarge" = 1, "inf2.8xlarge" = 1, "inf2.24xlarge" = 6, "inf2.48xlarge" = 12 }[var.inf2_instance_type]
  })]

  depends_on = [helm_release.karpenter]
}
