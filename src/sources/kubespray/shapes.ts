// Parts that the manifests of several components have in common.

import type { KubeObject } from '../../kube/object.ts'

export type Json = Readonly<Record<string, unknown>>

/** An object and the variables that decide it, the strongest first. */
export interface Decided {
  readonly object: KubeObject
  readonly by: readonly string[]
}

export const system = 'kube-system'

export function meta(
  name: string,
  labels: Readonly<Record<string, string>> = {},
  namespace: string = system,
): KubeObject['metadata'] {
  return { name, namespace, ...(Object.keys(labels).length === 0 ? {} : { labels }) }
}

export function account(name: string, namespace: string = system): KubeObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } }
}

/** What a workload of one container needs besides its name. */
export interface Workload {
  readonly labels: Readonly<Record<string, string>>
  readonly container: Json
  /** Further fields of the pod's spec. */
  readonly pod?: Json
  /** Further fields of the workload's spec. */
  readonly spec?: Json
  readonly account?: string
  readonly namespace?: string
}

export function workload(
  kind: 'Deployment' | 'DaemonSet',
  name: string,
  { labels, container, pod = {}, spec = {}, account: serviceAccountName, namespace }: Workload,
): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: meta(name, labels, namespace),
    spec: {
      ...spec,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          ...(serviceAccountName === undefined ? {} : { serviceAccountName }),
          ...pod,
          containers: [container],
        },
      },
    },
  }
}

export const onLinux: Json = { nodeSelector: { 'kubernetes.io/os': 'linux' } }

/** Every taint is tolerated: agents of nodes. */
export const anywhere: readonly Json[] = [{ operator: 'Exists' }]

export function tolerates(...roles: readonly string[]): readonly Json[] {
  return roles.map(name => ({ key: `node-role.kubernetes.io/${name}`, effect: 'NoSchedule' }))
}

/** The term of an anti-affinity with pods of the same labels on a host. */
export function sameHost(key: string, value: string): Json {
  return {
    topologyKey: 'kubernetes.io/hostname',
    labelSelector: { matchExpressions: [{ key, operator: 'In', values: [value] }] },
  }
}

export const prefersControlPlane: Json = {
  nodeAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: [
      {
        weight: 100,
        preference: {
          matchExpressions: [
            { key: 'node-role.kubernetes.io/control-plane', operator: 'In', values: [''] },
          ],
        },
      },
    ],
  },
}
