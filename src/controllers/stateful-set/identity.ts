// Who a pod of a StatefulSet is: ordinal, name, labels, host name, volumes of its claims.
// Upstream: pkg/controller/statefulset/stateful_set_utils.go, v1.36.3.

import type {
  ControllerRevision,
  PersistentVolumeClaim,
  Pod,
  StatefulSet,
  Volume,
} from '../../kube/generated/types.ts'
import { podFromTemplate } from '../pod-control.ts'
import { templateOf } from '../revisions.ts'

export const podNameLabel = 'statefulset.kubernetes.io/pod-name'
const podIndexLabel = 'apps.kubernetes.io/pod-index'
export const revisionLabel = 'controller-revision-hash'

export interface NameParts {
  readonly parent: string
  /** -1 when the name does not end in an ordinal. */
  readonly ordinal: number
}

const int32Max = 0x7fffffff

export function namePartsOf(pod: Pod): NameParts {
  const name = pod.metadata.name ?? ''
  const dash = name.lastIndexOf('-')
  const digits = name.slice(dash + 1)
  if (dash < 0 || !/^[0-9]+$/.test(digits)) return { parent: '', ordinal: -1 }
  const ordinal = Number(digits)
  return { parent: name.slice(0, dash), ordinal: ordinal > int32Max ? -1 : ordinal }
}

export function ordinalOf(pod: Pod): number {
  return namePartsOf(pod).ordinal
}

export function isMemberOf(set: StatefulSet, pod: Pod): boolean {
  return namePartsOf(pod).parent === set.metadata.name
}

export function replicasOf(set: StatefulSet): number {
  return set.spec?.replicas ?? 1
}

export function startOrdinal(set: StatefulSet): number {
  return set.spec?.ordinals?.start ?? 0
}

export function isInRange(set: StatefulSet, pod: Pod): boolean {
  const index = ordinalOf(pod) - startOrdinal(set)
  return index >= 0 && index < replicasOf(set)
}

export function podName(set: StatefulSet, ordinal: number): string {
  return `${set.metadata.name}-${ordinal}`
}

export function claimName(
  set: StatefulSet,
  template: PersistentVolumeClaim,
  ordinal: number,
): string {
  return `${template.metadata?.name}-${set.metadata.name}-${ordinal}`
}

export function revisionOf(pod: Pod): string {
  return pod.metadata.labels?.[revisionLabel] ?? ''
}

function identityLabels(set: StatefulSet, ordinal: number): Readonly<Record<string, string>> {
  return { [podNameLabel]: podName(set, ordinal), [podIndexLabel]: String(ordinal) }
}

export function identityMatches(set: StatefulSet, pod: Pod): boolean {
  const { parent, ordinal } = namePartsOf(pod)
  const { name, namespace, labels } = pod.metadata
  return (
    ordinal >= 0 &&
    parent === set.metadata.name &&
    name === podName(set, ordinal) &&
    namespace === set.metadata.namespace &&
    labels?.[podNameLabel] === name
  )
}

export function withIdentity(set: StatefulSet, pod: Pod): Pod {
  const ordinal = ordinalOf(pod)
  const labels = { ...pod.metadata.labels, ...identityLabels(set, ordinal) }
  return { ...pod, metadata: { ...pod.metadata, labels } }
}

/** True when the pod mounts the claim of each claim template. */
export function storageMatches(set: StatefulSet, pod: Pod): boolean {
  const ordinal = ordinalOf(pod)
  if (ordinal < 0) return false
  const volumes = pod.spec?.volumes ?? []
  return (set.spec?.volumeClaimTemplates ?? []).every(template => {
    const volume = volumes.find(({ name }) => name === template.metadata?.name)
    return volume?.persistentVolumeClaim?.claimName === claimName(set, template, ordinal)
  })
}

/** The pod with the volumes of its claims first; other volumes of the same names are replaced. */
export function withStorage(set: StatefulSet, pod: Pod): Pod {
  const templates = set.spec?.volumeClaimTemplates ?? []
  if (templates.length === 0) return pod
  const ordinal = ordinalOf(pod)
  const claimed: Volume[] = templates.map(template => ({
    name: template.metadata?.name ?? '',
    persistentVolumeClaim: { claimName: claimName(set, template, ordinal) },
  }))
  const names = new Set(claimed.map(({ name }) => name))
  const others = (pod.spec?.volumes ?? []).filter(({ name }) => !names.has(name))
  const spec = { ...pod.spec, volumes: [...claimed, ...others] } as NonNullable<Pod['spec']>
  return { ...pod, spec }
}

/** The set as it was at `revision`. */
export function atRevision(set: StatefulSet, revision: ControllerRevision): StatefulSet {
  const spec = { ...set.spec, template: templateOf(revision) } as NonNullable<StatefulSet['spec']>
  return { ...set, spec }
}

/** The pod of `ordinal` at the revision of `set`, not yet created. */
export function newPod(set: StatefulSet, ordinal: number, revision: string): Pod {
  const bare = podFromTemplate(set.spec?.template ?? {}, set)
  const name = podName(set, ordinal)
  const labels = {
    ...bare.metadata.labels,
    ...identityLabels(set, ordinal),
    [revisionLabel]: revision,
  }
  const { serviceName = '' } = set.spec ?? {}
  const spec = {
    ...bare.spec,
    hostname: name,
    ...(serviceName !== '' && { subdomain: serviceName }),
  } as NonNullable<Pod['spec']>
  return withStorage(set, { ...bare, metadata: { ...bare.metadata, name, labels }, spec })
}
