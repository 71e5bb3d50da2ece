// A generated platform: 30 manifests that make 100 pods on 10 nodes.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const platformNodes = 10
export const platformPods = 100

const replicas = 6

/** How many workloads of six pods there are, besides a DaemonSet. */
export interface PlatformSize {
  readonly deployments: number
  readonly statefulSets: number
  /** How many of the Deployments have a Service; every StatefulSet has one. */
  readonly services: number
}

const small: PlatformSize = { deployments: 12, statefulSets: 3, services: 5 }

/** Writes the manifests, one object per file; answers how many files there are. */
export function writePlatform(folder: string, size: PlatformSize = small): number {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const objects = platformObjects(size)
  objects.forEach((object, index) => {
    const name = `${String(index).padStart(3, '0')}-${object.kind.toLowerCase()}.yaml`
    writeFileSync(join(folder, name), yaml(object))
  })
  return objects.length
}

interface Manifest {
  readonly kind: string
  readonly [field: string]: unknown
}

function platformObjects(size: PlatformSize): readonly Manifest[] {
  const { deployments, statefulSets, services } = size
  const apps = Array.from({ length: deployments }, (_, index) => `app-${index}`)
  const stores = Array.from({ length: statefulSets }, (_, index) => `store-${index}`)
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'bench' } }
  const config = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: meta('settings'),
    data: { a: 'b' },
  }
  return [
    namespace,
    config,
    daemonSet('agent'),
    ...apps.map(deployment),
    ...stores.map(statefulSet),
    ...stores.map(service),
    ...apps.slice(0, services).map(service),
    ...apps.slice(0, 4).map(budget),
  ]
}

function meta(name: string): { readonly name: string; readonly namespace: string } {
  return { name, namespace: 'bench' }
}

/** Requests that leave room for one node's loss: 10 pods of 250 m on 4 CPU. */
function template(app: string, spread: boolean): unknown {
  const labelSelector = { matchLabels: { app } }
  const topologyKey = 'kubernetes.io/hostname'
  const constraint = { maxSkew: 1, topologyKey, whenUnsatisfiable: 'ScheduleAnyway', labelSelector }
  const readinessProbe = { httpGet: { path: '/', port: 8080 }, periodSeconds: 5 }
  const resources = { requests: { cpu: '250m', memory: '256Mi' } }
  const container = { name: 'main', image: `example.org/${app}:1`, resources, readinessProbe }
  return {
    metadata: { labels: { app } },
    spec: { containers: [container], ...(spread && { topologySpreadConstraints: [constraint] }) },
  }
}

function workload(kind: string, name: string, spec: Readonly<Record<string, unknown>>): Manifest {
  const selector = { matchLabels: { app: name } }
  return { apiVersion: 'apps/v1', kind, metadata: meta(name), spec: { selector, ...spec } }
}

function deployment(name: string): Manifest {
  return workload('Deployment', name, { replicas, template: template(name, true) })
}

function statefulSet(name: string): Manifest {
  const spec = { serviceName: name, replicas, template: template(name, true) }
  return workload('StatefulSet', name, { ...spec, podManagementPolicy: 'Parallel' })
}

function daemonSet(name: string): Manifest {
  return workload('DaemonSet', name, { template: template(name, false) })
}

function service(name: string): Manifest {
  const spec = { selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }] }
  return { apiVersion: 'v1', kind: 'Service', metadata: meta(name), spec }
}

function budget(name: string): Manifest {
  const spec = { maxUnavailable: 1, selector: { matchLabels: { app: name } } }
  const metadata = meta(name)
  return { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata, spec }
}

/** Block YAML of plain data, as people write it. */
function yaml(value: unknown, indent = ''): string {
  if (Array.isArray(value)) {
    return value
      .map(item => `${indent}-${yaml(item, `${indent}  `).slice(indent.length + 1)}`)
      .join('')
  }
  return Object.entries(value as object)
    .map(([key, inner]: [string, unknown]) =>
      typeof inner === 'object' && inner !== null
        ? `${indent}${key}:\n${yaml(inner, `${indent}  `)}`
        : `${indent}${key}: ${JSON.stringify(inner)}\n`,
    )
    .join('')
}
