// Which HelmChartConfig changes which HelmChart, and what comes of their values.
// Port of k3s-io/helm-controller pkg/controllers/chart/chart.go (21a911f).

import { kindKeyOf } from '../../kube/kinds.ts'
import type { KubeObject } from '../../kube/object.ts'

/** HelmCharts that k3s itself brings, all in kube-system: the other components are AddOns. */
export const packagedCharts: readonly string[] = ['traefik', 'traefik-crd']
const packagedNamespace = 'kube-system'
/** RKE2 runs the same controller, and all of its components are charts: `rke2-coredns`. */
const rke2Prefix = 'rke2-'

const group = 'helm.cattle.io'

export function isHelmChart(object: KubeObject): boolean {
  return kindKeyOf(object) === `HelmChart.${group}`
}

export function isHelmChartConfig(object: KubeObject): boolean {
  return kindKeyOf(object) === `HelmChartConfig.${group}`
}

/** Whether a chart of the very name and namespace exists, or comes with k3s. */
export function hasChart(config: KubeObject, objects: readonly KubeObject[]): boolean {
  const { name = '', namespace = 'default' } = config.metadata
  const isPackaged = packagedCharts.includes(name) || name.startsWith(rke2Prefix)
  if (namespace === packagedNamespace && isPackaged) return true
  return objects.some(
    object =>
      isHelmChart(object) &&
      object.metadata.name === name &&
      (object.metadata.namespace ?? 'default') === namespace,
  )
}
