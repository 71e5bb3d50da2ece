// What the input holds that no part of the twin acts on, and what that means for the verdicts.

import { compareStrings } from '../base/compare.ts'
import { kinds } from '../kube/kinds.ts'
import type { KubeObject } from '../kube/object.ts'
import type { Platform } from '../trials/platform.ts'
import type { Unmodelled } from '../trials/spec.ts'

export interface UnmodelledKind extends Unmodelled {
  /** Pods are missing from the run because of it: a clean verdict would say too much. */
  readonly decisive: boolean
}

/** Built-in kinds without a controller here whose absence can change a run. */
const idleKinds: ReadonlyMap<string, string> = new Map([
  ['CronJob', 'no Job is started from it'],
  ['HorizontalPodAutoscaler', 'replicas are kept between its bounds; metrics are not modelled'],
  ['MutatingAdmissionPolicy', 'objects are admitted without its changes'],
  ['MutatingWebhookConfiguration', 'objects are admitted without its changes'],
  ['ReplicationController', 'no pod is created from it'],
  ['ValidatingAdmissionPolicy', 'objects are admitted without its verdict'],
  ['ValidatingWebhookConfiguration', 'objects are admitted without its verdict'],
])

/** Fields by which a custom resource says that pods will be made from it. */
const workloadFields = ['replicas', 'instances', 'template', 'nodeSets', 'size', 'count'] as const

const keptEffect = 'kept as data; nothing acts on it'
const podsEffect =
  'kept as data; the pods that its operator would create are missing from every run'

/** Kinds in the input that nothing acts on, with how many objects and the effect. */
export function unmodelledIn({ objects }: Platform): readonly UnmodelledKind[] {
  const found = new Map<string, UnmodelledKind>()
  for (const { object } of objects) {
    const effect = effectOn(object)
    if (effect === undefined) continue
    const kind = kinds.has(object.kind) ? object.kind : `${object.kind} (${object.apiVersion})`
    const known = found.get(kind)
    const decisive = effect === podsEffect || known?.decisive === true
    const count = (known?.count ?? 0) + 1
    found.set(kind, { kind, count, effect: decisive ? podsEffect : effect, decisive })
  }
  return [...found.values()].sort((a, b) => compareStrings(a.kind, b.kind))
}

function effectOn(object: KubeObject): string | undefined {
  if (kinds.has(object.kind)) return idleKinds.get(object.kind)
  return makesPods(object) ? podsEffect : keptEffect
}

function makesPods({ spec }: KubeObject): boolean {
  if (typeof spec !== 'object' || spec === null) return false
  return workloadFields.some(field => field in spec)
}
