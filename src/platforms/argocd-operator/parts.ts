// What all workloads of an Argo CD have in common: names, labels, placement, security, volumes.
// Upstream: argocd-operator v0.9.0 controllers/argocd/{deployment,statefulset}.go.

import type { KubeObject } from '../../kube/object.ts'
import { isObject, type JsonObject } from '../../kube/patch/json.ts'
import type { Kept, Origin } from '../operators/operator.ts'
import { type ArgoCd, section, text } from './resource.ts'

export const nameLabel = 'app.kubernetes.io/name'
const partOf = 'app.kubernetes.io/part-of'

export const argoImage = {
  name: 'quay.io/argoproj/argocd',
  tag: 'sha256:5d3e4347349041b6ac5c93082bdacbb7f4e00ffe0d0cb5ff54e1c2a575544927',
} as const
export const redisImage = {
  name: 'redis',
  tag: 'sha256:8061ca607db2a0c80010aeb5fc9bed0253448bc68711eaa14253a392f6c48280',
} as const
export const proxyImage = {
  name: 'haproxy',
  tag: 'sha256:7392fbbbb53e9e063ca94891da6656e6062f9d021c0e514888a91535b9f73231',
} as const

/** The image that the section names, each half with its default. */
export function imageOf(
  fields: JsonObject,
  usual: { readonly name: string; readonly tag: string },
  [imageField, tagField]: readonly [string, string] = ['image', 'version'],
): string {
  const name = text(fields, imageField, usual.name)
  const tag = text(fields, tagField, usual.tag)
  return tag.startsWith('sha256:') ? `${name}@${tag}` : `${name}:${tag}`
}

/** `argocd-server` of an ArgoCD called argocd. */
export function named({ name }: ArgoCd, suffix: string): string {
  return `${name}-${suffix}`
}

/** `argocd-redis.argocd.svc.cluster.local:6379`. */
export function address(argoCd: ArgoCd, suffix: string, port: number): string {
  return `${named(argoCd, suffix)}.${argoCd.namespace}.svc.cluster.local:${port}`
}

/** Metadata of an object of this Argo CD. */
export function meta(argoCd: ArgoCd, name: string, component?: string): KubeObject['metadata'] {
  return {
    name,
    namespace: argoCd.namespace,
    labels: {
      ...(component !== undefined && { 'app.kubernetes.io/component': component }),
      'app.kubernetes.io/managed-by': argoCd.name,
      [nameLabel]: name,
      [partOf]: 'argocd',
    },
  }
}

/** The lowest rights; `user` where the image wants one. */
export function confined(more: JsonObject = { runAsNonRoot: true }): JsonObject {
  return { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, ...more }
}

export const redisTls = 'argocd-operator-redis-tls'

export function mount(name: string, mountPath: string): JsonObject {
  return { name, mountPath }
}

export function optionalSecret(secretName: string): JsonObject {
  return { name: secretName, secret: { secretName, optional: true } }
}

export function configMap(name: string, of: string): JsonObject {
  return { name, configMap: { name: of } }
}

export function scratch(name: string): JsonObject {
  return { name, emptyDir: {} }
}

/** A workload of Argo CD and what the operator does about it. */
export interface Workload {
  readonly kind: 'Deployment' | 'StatefulSet'
  readonly suffix: string
  readonly component: string
  /** Of the part of the resource that configures it: `server`. */
  readonly section: string
  readonly pod: JsonObject
  /** Beside selector and template. */
  readonly spec?: JsonObject
  readonly labels?: KubeObject['metadata']['labels']
  readonly annotations?: JsonObject
  /** The label that its pods carry when it is not the name. */
  readonly podName?: string
  /** Beside node selector and tolerations. */
  readonly reverts: readonly string[]
  readonly origins?: readonly Origin[]
}

const placed = ['spec.template.spec.nodeSelector', 'spec.template.spec.tolerations'] as const

const placement: readonly Origin[] = [
  { path: placed[0], from: 'spec.nodePlacement.nodeSelector' },
  { path: placed[1], from: 'spec.nodePlacement.tolerations' },
]

/** The object of a workload: every one of them goes where nodePlacement says. */
export function keptWorkload(argoCd: ArgoCd, workload: Workload): Kept {
  const name = named(argoCd, workload.suffix)
  const { nodeSelector, tolerations } = section(argoCd, 'nodePlacement')
  const label = { [nameLabel]: workload.podName ?? name }
  const metadata = meta(argoCd, name, workload.component)
  const template = {
    metadata: {
      labels: label,
      ...(workload.annotations && { annotations: workload.annotations }),
    },
    spec: {
      ...workload.pod,
      nodeSelector: { 'kubernetes.io/os': 'linux', ...(isObject(nodeSelector) && nodeSelector) },
      ...(Array.isArray(tolerations) && { tolerations }),
    },
  }
  const isSet = workload.kind === 'StatefulSet'
  const spec = {
    selector: { matchLabels: label },
    ...(isSet && { serviceName: name }),
    ...workload.spec,
    template,
  }
  const { revertsAffinity } = argoCd.release
  return {
    object: {
      apiVersion: 'apps/v1',
      kind: workload.kind,
      metadata: { ...metadata, labels: { ...metadata.labels, ...workload.labels } },
      spec,
    },
    reverts: [
      ...placed,
      ...(revertsAffinity ? ['spec.template.spec.affinity'] : []),
      ...workload.reverts,
    ],
    origins: [
      ...placement,
      ...(workload.origins ?? []),
      {
        path: 'spec.template.spec.containers[0].resources',
        from: `spec.${workload.section}.resources`,
      },
    ],
  }
}
