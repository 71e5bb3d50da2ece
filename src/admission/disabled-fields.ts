// Fields that an API server drops because the gate for them is off.
// Upstream: dropDisabledFields of the strategies under pkg/registry and pkg/features, v1.36.3.

import type { AdmissionPlugin } from '../apiserver/admission.ts'
import type { FeatureGate, Gates } from '../kube/feature-gates.ts'
import { withoutField } from '../kube/gated-fields.ts'
import type { KubeObject } from '../kube/object.ts'

/** A field and the gate without which it is dropped; `*` stands for each item of a list. */
interface Row {
  readonly kind: string
  readonly path: readonly string[]
  readonly gate: FeatureGate
}

const podTerms = [
  ['podAffinity', 'requiredDuringSchedulingIgnoredDuringExecution', '*'],
  ['podAffinity', 'preferredDuringSchedulingIgnoredDuringExecution', '*', 'podAffinityTerm'],
  ['podAntiAffinity', 'requiredDuringSchedulingIgnoredDuringExecution', '*'],
  ['podAntiAffinity', 'preferredDuringSchedulingIgnoredDuringExecution', '*', 'podAffinityTerm'],
]

/** Fields of each container, and those of a container that is no init container. */
const ofContainers: readonly Omit<Row, 'kind'>[] = [
  { path: ['restartPolicyRules'], gate: 'ContainerRestartRules' },
  { path: ['env', '*', 'valueFrom', 'fileKeyRef'], gate: 'EnvFiles' },
  { path: ['resizePolicy'], gate: 'InPlacePodVerticalScaling' },
  { path: ['securityContext', 'procMount'], gate: 'ProcMountType' },
  { path: ['volumeMounts', '*', 'recursiveReadOnly'], gate: 'RecursiveReadOnlyMounts' },
]

const ofPodSpecs: readonly Omit<Row, 'kind'>[] = [
  ...podTerms.flatMap(term =>
    ['matchLabelKeys', 'mismatchLabelKeys'].map(
      field =>
        ({
          path: ['affinity', ...term, field],
          gate: 'MatchLabelKeysInPodAffinity',
        }) as const,
    ),
  ),
  ...['containers', 'initContainers'].flatMap(list =>
    ofContainers.map(({ path, gate }) => ({ path: [list, '*', ...path], gate })),
  ),
  { path: ['containers', '*', 'restartPolicy'], gate: 'ContainerRestartRules' },
  { path: ['resources'], gate: 'PodLevelResources' },
  { path: ['hostnameOverride'], gate: 'HostnameOverride' },
  { path: ['hostUsers'], gate: 'UserNamespacesSupport' },
  { path: ['securityContext', 'seLinuxChangePolicy'], gate: 'SELinuxChangePolicy' },
  { path: ['securityContext', 'supplementalGroupsPolicy'], gate: 'SupplementalGroupsPolicy' },
  { path: ['volumes', '*', 'image'], gate: 'ImageVolume' },
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

const ofJobs: readonly Omit<Row, 'kind'>[] = [
  { path: ['successPolicy'], gate: 'JobSuccessPolicy' },
  { path: ['managedBy'], gate: 'JobManagedBy' },
]

const attributesClass = ['spec', 'volumeAttributesClassName']

const rows: readonly Row[] = [
  ...ofJobs.flatMap(({ path, gate }) => [
    { kind: 'Job', path: ['spec', ...path], gate },
    { kind: 'CronJob', path: ['spec', 'jobTemplate', 'spec', ...path], gate },
  ]),
  ...['scaleUp', 'scaleDown'].map(
    direction =>
      ({
        kind: 'HorizontalPodAutoscaler',
        path: ['spec', 'behavior', direction, 'tolerance'],
        gate: 'HPAConfigurableTolerance',
      }) as const,
  ),
  { kind: 'PersistentVolume', path: attributesClass, gate: 'VolumeAttributesClass' },
  { kind: 'PersistentVolumeClaim', path: attributesClass, gate: 'VolumeAttributesClass' },
  { kind: 'Service', path: ['spec', 'trafficDistribution'], gate: 'ServiceTrafficDistribution' },
  {
    kind: 'StatefulSet',
    path: ['spec', 'updateStrategy', 'rollingUpdate', 'maxUnavailable'],
    gate: 'MaxUnavailableStatefulSet',
  },
  ...podSpecs.flatMap(([kind, ...spec]) =>
    ofPodSpecs.map(({ path, gate }) => ({ kind, path: [...spec, ...path], gate })),
  ),
]

/** The plugin of an API server with these gates; undefined when it drops nothing. */
export function disabledFields(gates: Gates): AdmissionPlugin | undefined {
  const dropped = rows.filter(({ gate }) => !gates(gate))
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
