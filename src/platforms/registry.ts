// The third-party programs and operators that the twin knows, each sorted by name. They take part
// only in clusters that run them; operators that users describe come beside those known here.

import type { Actor } from '../engine/actor.ts'
import { groupOf } from '../kube/kinds.ts'
import type { KubeObject } from '../kube/object.ts'
import { argoRollouts } from './argo-rollouts/program.ts'
import { argocdOperator } from './argocd-operator/argocd-operator.ts'
import { clusterAutoscaler } from './cluster-autoscaler/program.ts'
import { clusterProportionalAutoscaler } from './cluster-proportional-autoscaler/program.ts'
import { descheduler } from './descheduler/program.ts'
import { serviceLb } from './k3s/service-lb.ts'
import type { Operator } from './operators/operator.ts'
import type { PlatformParts, PlatformProgram } from './program.ts'

export const operators: readonly Operator[] = [argocdOperator]

/** Programs take part where pods of the platform run them. */
export const platformPrograms: readonly PlatformProgram[] = [
  argoRollouts,
  clusterAutoscaler,
  clusterProportionalAutoscaler,
  descheduler,
  serviceLb,
]

/** The components of all programs that a platform runs. */
export function platformActors(parts: PlatformParts): readonly Actor[] {
  return platformPrograms.flatMap(({ actors }) => actors(parts))
}

/** Store keys of the custom resources on which a program of these objects acts. */
export function kindsOfPrograms(objects: readonly KubeObject[]): ReadonlySet<string> {
  const running = platformPrograms.filter(
    ({ kinds, actors }) => kinds !== undefined && actors({ objects, groups: [] }).length > 0,
  )
  return new Set(running.flatMap(({ kinds = [] }) => kinds))
}

/**
 * The operators that have something to do with these objects, by name; a described one takes the
 * place of a known one that acts on the same kind.
 */
export function operatorsFor(
  objects: readonly KubeObject[],
  described: readonly Operator[] = [],
): readonly Operator[] {
  const isOther = ({ group, kind }: Operator): boolean =>
    !described.some(each => each.group === group && each.kind === kind)
  const all = [...operators.filter(isOther), ...described]
  return all.filter(({ group, kind }) =>
    objects.some(object => object.kind === kind && groupOf(object.apiVersion) === group),
  )
}
