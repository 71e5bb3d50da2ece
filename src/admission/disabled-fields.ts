// Fields that an API server of an older version drops, because the gate for them is off there.
// Upstream: dropDisabledFields of the strategies under pkg/registry and pkg/features, v1.36.3.

import type { AdmissionPlugin } from '../apiserver/admission.ts'
import { withoutField } from '../kube/gated-fields.ts'
import type { KubeObject } from '../kube/object.ts'

/** A field and the minor version since which it is kept; `*` stands for each item of a list. */
interface Row {
  readonly kind: string
  readonly path: readonly string[]
  readonly since: number
}

const podTerms = [
  ['podAffinity', 'requiredDuringSchedulingIgnoredDuringExecution', '*'],
  ['podAffinity', 'preferredDuringSchedulingIgnoredDuringExecution', '*', 'podAffinityTerm'],
  ['podAntiAffinity', 'requiredDuringSchedulingIgnoredDuringExecution', '*'],
  ['podAntiAffinity', 'preferredDuringSchedulingIgnoredDuringExecution', '*', 'podAffinityTerm'],
]

/** Fields of a pod spec: MatchLabelKeysInPodAffinity, PodLevelResources and HostnameOverride. */
const ofPodSpecs: readonly Omit<Row, 'kind'>[] = [
  ...podTerms.flatMap(term =>
    ['matchLabelKeys', 'mismatchLabelKeys'].map(field => ({
      path: ['affinity', ...term, field],
      since: 31,
    })),
  ),
  { path: ['resources'], since: 34 },
  { path: ['hostnameOverride'], since: 35 },
]

const podSpecs: readonly (readonly [kind: string, ...path: string[]])[] = [
  ['CronJob', 'spec', 'jobTemplate', 'spec', 'template', 'spec'],
  ['DaemonSet', 'spec', 'template', 'spec'],
  ['Deployment', 'spec', 'template', 'spec'],
  ['Job', 'spec', 'template', 'spec'],
  ['Pod', 'spec'],
  ['ReplicaSet', 'spec', 'template', 'spec'],
  ['ReplicationController', 'spec', 'template', 'spec'],
  ['StatefulSet', 'spec', 'template', 'spec'],
]

/** Fields of a Job: JobSuccessPolicy and JobManagedBy. */
const ofJobs: readonly Omit<Row, 'kind'>[] = [
  { path: ['successPolicy'], since: 31 },
  { path: ['managedBy'], since: 32 },
]

const rows: readonly Row[] = [
  ...ofJobs.flatMap(({ path, since }) => [
    { kind: 'Job', path: ['spec', ...path], since },
    { kind: 'CronJob', path: ['spec', 'jobTemplate', 'spec', ...path], since },
  ]),
  // HPAConfigurableTolerance.
  ...['scaleUp', 'scaleDown'].map(direction => ({
    kind: 'HorizontalPodAutoscaler',
    path: ['spec', 'behavior', direction, 'tolerance'],
    since: 35,
  })),
  // ServiceTrafficDistribution.
  { kind: 'Service', path: ['spec', 'trafficDistribution'], since: 31 },
  ...podSpecs.flatMap(([kind, ...spec]) =>
    ofPodSpecs.map(({ path, since }) => ({ kind, path: [...spec, ...path], since })),
  ),
]

/** The plugin of an API server of that minor version; undefined when it drops nothing. */
export function disabledFields(minor: number): AdmissionPlugin | undefined {
  const dropped = rows.filter(({ since }) => minor < since)
  if (dropped.length === 0) return undefined
  return {
    name: 'DisabledFields',
    doc: 'Drops the fields that the API server of this version does not keep.',
    kinds: [...new Set(dropped.map(({ kind }) => kind))],
    operations: ['create', 'update'],
    admit: ({ object, resource }) =>
      dropped
        .filter(({ kind }) => kind === resource.key)
        .reduce<KubeObject>((kept, { path }) => withoutField(kept, path) as KubeObject, object),
  }
}
