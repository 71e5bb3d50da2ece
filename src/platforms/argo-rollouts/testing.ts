// What tests of the controller of Rollouts have in common: objects, and how to look at them.

import type { World } from '../../engine/world.ts'
import type { KubeObject } from '../../kube/object.ts'
import { type UnmodelledNote, unmodelledTopic } from '../program.ts'
import type { RolloutStatus, RolloutStrategy } from './types.ts'

export const namespace = 'default'
export const rollout = { kind: 'Rollout.argoproj.io', namespace, name: 'web' }

/** Only Rollouts have the subresources. */
function definition(kind: string, subresources?: object): KubeObject {
  const plural = `${kind.toLowerCase()}s`
  const names = { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() }
  const openAPIV3Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
  const version = { name: 'v1alpha1', served: true, storage: true, schema: { openAPIV3Schema } }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.argoproj.io` },
    spec: {
      group: 'argoproj.io',
      scope: 'Namespaced',
      names,
      versions: [{ ...version, ...(subresources && { subresources }) }],
    },
  }
}

const definitions = [
  definition('AnalysisRun'),
  definition('AnalysisTemplate'),
  definition('Rollout', {
    status: {},
    scale: {
      specReplicasPath: '.spec.replicas',
      statusReplicasPath: '.status.HPAReplicas',
      labelSelectorPath: '.status.selector',
    },
  }),
]

function controller(version: string, replicas: number): KubeObject {
  const labels = { app: 'controller' }
  const containers = [{ name: 'c', image: `quay.io/argoproj/argo-rollouts:${version}` }]
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'controller', namespace },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    },
  }
}

export function web(strategy: RolloutStrategy, more: object = {}): KubeObject {
  const labels = { app: 'web' }
  const template = {
    metadata: { labels },
    spec: { containers: [{ name: 'web', image: 'registry.example.com/web:3' }] },
  }
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'web', namespace },
    spec: { replicas: 7, selector: { matchLabels: labels }, strategy, template, ...more },
  }
}

export function service(name: string): KubeObject {
  const spec = { selector: { app: 'web' }, ports: [{ port: 80 }] }
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec }
}

export const blueGreen: RolloutStrategy = {
  blueGreen: { activeService: 'web', previewService: 'next' },
}

export interface Given {
  readonly version?: string
  readonly schedule?: string
  readonly object?: KubeObject
  readonly kubernetes?: string
  /** Created before the Rollout. */
  readonly more?: readonly KubeObject[]
  /** Pods of the controller. */
  readonly controllers?: number
}

/** All that a cluster needs for the Rollout `web`, two Services, and its controller. */
export function objectsOf(given: Given): readonly KubeObject[] {
  const { version = 'v1.7.2', object = web(blueGreen), controllers = 1, more = [] } = given
  const services = [service('web'), service('next')]
  return [...definitions, ...services, ...more, controller(version, controllers), object]
}

export function pass(made: World, seconds: number): void {
  made.run({ untilMs: made.nowMs + seconds * 1000 })
}

export function statusOf(made: World): RolloutStatus {
  return made.store.get(rollout.kind, 'default/web')?.['status'] as RolloutStatus
}

/** The counts of its last status, its phase, and its conditions as text. */
export function told(made: World): object {
  const { HPAReplicas, replicas, phase, conditions = [] } = statusOf(made)
  const said = conditions.map(({ type, status, reason }) => `${type}=${status} ${reason}`).sort()
  return { HPAReplicas, replicas, phase, said }
}

export function ready(made: World): number {
  const pods = made.store.list('Pod', namespace) as readonly (KubeObject & Serving)[]
  return pods.filter(({ metadata, status }) => {
    return metadata.labels?.['app'] === 'web' && status?.phase === 'Running'
  }).length
}

interface Serving {
  readonly status?: { readonly phase?: string }
}

export function notes(made: World): readonly UnmodelledNote[] {
  return made
    .traceFrom(0)
    .flatMap(entry =>
      entry.type === 'note' && entry.topic === unmodelledTopic
        ? [entry.data as UnmodelledNote]
        : [],
    )
}
