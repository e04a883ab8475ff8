# What a RayService on Inferentia2 needs in the cluster, by Helm, each at one version.

locals {
  ingress_class = "traefik"
}

resource "helm_release" "kuberay" {
  name             = "kuberay-operator"
  namespace        = "kuberay-system"
  create_namespace = true
  repository       = "https://ray-project.github.io/kuberay-helm/"
  chart            = "kuberay-operator"
  version          = var.kuberay_version

  # Two operators, one of them leading: with a single one, nobody makes the new head while its node is gone.
  set {
    name  = "replicaCount"
    value = "2"
  }

  depends_on = [module.eks]
}

# Device plugin (aws.amazon.com/neuron, which counts devices) and scheduler extension (devices of a pod lie side by side).
resource "helm_release" "neuron" {
  name       = "neuron"
  namespace  = "kube-system"
  repository = "oci://public.ecr.aws/neuron"
  chart      = "neuron-helm-chart"
  version    = "1.3.0"

  values = [yamlencode({
    scheduler = {
      enabled = true
      customScheduler = {
        enabled          = true
        fullnameOverride = "neuron-scheduler"
      }
    }
    npd = { enabled = false }
  })]

  depends_on = [module.eks]
}

# neuron-monitor on every inf2 node: Prometheus reads port 9010 of it, and raydeck its JSON (README.md).
resource "helm_release" "neuron_monitor" {
  name      = "neuron-monitor"
  namespace = "kube-system"
  chart     = "${path.module}/charts/neuron-monitor"

  depends_on = [module.eks]
}

# Class "traefik" (ingress-nginx is no longer maintained). It runs twice, in two zones: it is on the way of every request.
resource "helm_release" "ingress" {
  name             = "traefik"
  namespace        = "traefik"
  create_namespace = true
  repository       = "https://traefik.github.io/charts"
  chart            = "traefik"
  version          = "37.1.0"

  values = [yamlencode({
    deployment   = { replicas = 2 }
    ingressClass = { enabled = true, isDefaultClass = false, name = local.ingress_class }
    providers    = { kubernetesCRD = { enabled = false } }
    service = {
      annotations = {
        "service.beta.kubernetes.io/aws-load-balancer-type"     = "nlb"
        "service.beta.kubernetes.io/aws-load-balancer-internal" = "true"
      }
    }
    topologySpreadConstraints = [{
      maxSkew           = 1
      topologyKey       = "topology.kubernetes.io/zone"
      whenUnsatisfiable = "ScheduleAnyway"
      labelSelector     = { matchLabels = { "app.kubernetes.io/name" = "traefik" } }
    }]
  })]

  depends_on = [module.eks]
}
