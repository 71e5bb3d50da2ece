// The rule by which new pods keep away from those of the stable revision.
// Port of argo-rollouts v1.8.3 utils/replicaset/replicaset.go.

import type {
  Affinity,
  PodAffinityTerm,
  PodTemplateSpec,
  ReplicaSet,
} from '../../kube/generated/types.ts'
import { podTemplateHash } from './hashes.ts'
import { type AntiAffinity, podHashLabel, type Rollout } from './types.ts'

function ruleOf({ spec }: Rollout): AntiAffinity | undefined {
  const { blueGreen, canary } = spec?.strategy ?? {}
  const rule = canary?.antiAffinity ?? blueGreen?.antiAffinity
  const { preferredDuringSchedulingIgnoredDuringExecution: soft } = rule ?? {}
  const hard = rule?.requiredDuringSchedulingIgnoredDuringExecution
  return soft === undefined && hard === undefined ? undefined : rule
}

function stableOf({ status }: Rollout): string {
  return status?.stableRS ?? ''
}

/** The affinity of the template, and the rule while another revision is the stable one. */
export function withAntiAffinity(rollout: Rollout): Affinity | undefined {
  const affinity = rollout.spec?.template?.spec?.affinity
  const rule = ruleOf(rollout)
  const stable = stableOf(rollout)
  if (rule === undefined || stable === '' || stable === podTemplateHash(rollout)) return affinity
  const term: PodAffinityTerm = {
    labelSelector: {
      matchExpressions: [{ key: podHashLabel, operator: 'In', values: [stable] }],
    },
    namespaces: [rollout.metadata.namespace ?? ''],
    topologyKey: 'kubernetes.io/hostname',
  }
  const given = affinity?.podAntiAffinity
  const soft = rule.preferredDuringSchedulingIgnoredDuringExecution
  const terms =
    soft === undefined
      ? { requiredDuringSchedulingIgnoredDuringExecution: [...hardOf(given), term] }
      : {
          preferredDuringSchedulingIgnoredDuringExecution: [
            ...(given?.preferredDuringSchedulingIgnoredDuringExecution ?? []),
            { weight: soft.weight ?? 0, podAffinityTerm: term },
          ],
        }
  return { ...affinity, podAntiAffinity: { ...given, ...terms } } as Affinity
}

function hardOf(given: Affinity['podAntiAffinity']): readonly PodAffinityTerm[] {
  return given?.requiredDuringSchedulingIgnoredDuringExecution ?? []
}

function isOwnRule({ labelSelector }: PodAffinityTerm): boolean {
  return (labelSelector?.matchExpressions ?? []).some(({ key }) => key === podHashLabel)
}

/** The rule in a template, if it has one. */
function rulesIn(affinity: Affinity | undefined): readonly PodAffinityTerm[] {
  const given = affinity?.podAntiAffinity
  const soft = given?.preferredDuringSchedulingIgnoredDuringExecution ?? []
  return [...hardOf(given), ...soft.map(each => each.podAffinityTerm)].filter(isOwnRule)
}

/** Whether a ReplicaSet keeps away from a revision that is the stable one no more. */
export function affinityNeedsUpdate({ spec }: ReplicaSet, rollout: Rollout): boolean {
  if (ruleOf(rollout) === undefined || stableOf(rollout) === podTemplateHash(rollout)) return false
  return rulesIn(spec?.template?.spec?.affinity).some(({ labelSelector }) =>
    (labelSelector?.matchExpressions ?? []).some(
      ({ key, values = [] }) => key === podHashLabel && values[0] !== stableOf(rollout),
    ),
  )
}

/** A template as its author wrote it. */
export function withoutAntiAffinity(
  template: PodTemplateSpec | undefined,
  rollout: Rollout,
): PodTemplateSpec | undefined {
  const affinity = template?.spec?.affinity
  if (ruleOf(rollout) === undefined || rulesIn(affinity).length === 0) return template
  const { podAntiAffinity, ...others } = affinity ?? {}
  const hard = hardOf(podAntiAffinity).filter(term => !isOwnRule(term))
  const soft = (podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).filter(
    ({ podAffinityTerm }) => !isOwnRule(podAffinityTerm),
  )
  const left = {
    ...(hard.length > 0 && { requiredDuringSchedulingIgnoredDuringExecution: hard }),
    ...(soft.length > 0 && { preferredDuringSchedulingIgnoredDuringExecution: soft }),
  }
  const kept = {
    ...others,
    ...(Object.keys(left).length > 0 && { podAntiAffinity: left }),
  } as Affinity
  const { affinity: _rule, ...spec } = template?.spec ?? {}
  return {
    ...template,
    spec: { ...spec, ...(Object.keys(kept).length > 0 && { affinity: kept }) },
  } as PodTemplateSpec
}
