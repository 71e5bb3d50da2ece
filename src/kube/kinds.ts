// The kinds that the twin knows: group, plural, scope and the Go type of the schema table.
// Upstream: k8s.io/api v0.36.3 and the REST mapping of kube-apiserver.

import type { KubeObject } from './object.ts'

export interface Kind {
  /** Key used by stores, requests and watches; the bare kind for built-in groups. */
  readonly key: string
  readonly kind: string
  readonly group: string
  /** Served versions, preferred first. */
  readonly versions: readonly string[]
  readonly plural: string
  readonly namespaced: boolean
}

type Row = readonly [
  kind: string,
  group: string,
  versions: string,
  plural: string,
  scope: 'N' | 'C',
]

const rows: readonly Row[] = [
  ['Binding', '', 'v1', 'bindings', 'N'],
  ['ConfigMap', '', 'v1', 'configmaps', 'N'],
  ['Endpoints', '', 'v1', 'endpoints', 'N'],
  ['Event', '', 'v1', 'events', 'N'],
  ['LimitRange', '', 'v1', 'limitranges', 'N'],
  ['Namespace', '', 'v1', 'namespaces', 'C'],
  ['Node', '', 'v1', 'nodes', 'C'],
  ['PersistentVolume', '', 'v1', 'persistentvolumes', 'C'],
  ['PersistentVolumeClaim', '', 'v1', 'persistentvolumeclaims', 'N'],
  ['Pod', '', 'v1', 'pods', 'N'],
  ['PodTemplate', '', 'v1', 'podtemplates', 'N'],
  ['ReplicationController', '', 'v1', 'replicationcontrollers', 'N'],
  ['ResourceQuota', '', 'v1', 'resourcequotas', 'N'],
  ['Secret', '', 'v1', 'secrets', 'N'],
  ['Service', '', 'v1', 'services', 'N'],
  ['ServiceAccount', '', 'v1', 'serviceaccounts', 'N'],
  [
    'MutatingAdmissionPolicy',
    'admissionregistration.k8s.io',
    'v1 v1beta1 v1alpha1',
    'mutatingadmissionpolicies',
    'C',
  ],
  [
    'MutatingAdmissionPolicyBinding',
    'admissionregistration.k8s.io',
    'v1 v1beta1 v1alpha1',
    'mutatingadmissionpolicybindings',
    'C',
  ],
  [
    'MutatingWebhookConfiguration',
    'admissionregistration.k8s.io',
    'v1',
    'mutatingwebhookconfigurations',
    'C',
  ],
  [
    'ValidatingAdmissionPolicy',
    'admissionregistration.k8s.io',
    'v1 v1beta1',
    'validatingadmissionpolicies',
    'C',
  ],
  [
    'ValidatingAdmissionPolicyBinding',
    'admissionregistration.k8s.io',
    'v1 v1beta1',
    'validatingadmissionpolicybindings',
    'C',
  ],
  [
    'ValidatingWebhookConfiguration',
    'admissionregistration.k8s.io',
    'v1',
    'validatingwebhookconfigurations',
    'C',
  ],
  ['CustomResourceDefinition', 'apiextensions.k8s.io', 'v1', 'customresourcedefinitions', 'C'],
  ['APIService', 'apiregistration.k8s.io', 'v1', 'apiservices', 'C'],
  ['ControllerRevision', 'apps', 'v1', 'controllerrevisions', 'N'],
  ['DaemonSet', 'apps', 'v1', 'daemonsets', 'N'],
  ['Deployment', 'apps', 'v1', 'deployments', 'N'],
  ['ReplicaSet', 'apps', 'v1', 'replicasets', 'N'],
  ['StatefulSet', 'apps', 'v1', 'statefulsets', 'N'],
  ['HorizontalPodAutoscaler', 'autoscaling', 'v2 v1', 'horizontalpodautoscalers', 'N'],
  ['CronJob', 'batch', 'v1', 'cronjobs', 'N'],
  ['Job', 'batch', 'v1', 'jobs', 'N'],
  ['CertificateSigningRequest', 'certificates.k8s.io', 'v1', 'certificatesigningrequests', 'C'],
  ['Lease', 'coordination.k8s.io', 'v1', 'leases', 'N'],
  ['EndpointSlice', 'discovery.k8s.io', 'v1', 'endpointslices', 'N'],
  ['FlowSchema', 'flowcontrol.apiserver.k8s.io', 'v1', 'flowschemas', 'C'],
  [
    'PriorityLevelConfiguration',
    'flowcontrol.apiserver.k8s.io',
    'v1',
    'prioritylevelconfigurations',
    'C',
  ],
  ['Ingress', 'networking.k8s.io', 'v1', 'ingresses', 'N'],
  ['IngressClass', 'networking.k8s.io', 'v1', 'ingressclasses', 'C'],
  ['IPAddress', 'networking.k8s.io', 'v1 v1beta1', 'ipaddresses', 'C'],
  ['NetworkPolicy', 'networking.k8s.io', 'v1', 'networkpolicies', 'N'],
  ['ServiceCIDR', 'networking.k8s.io', 'v1 v1beta1', 'servicecidrs', 'C'],
  ['RuntimeClass', 'node.k8s.io', 'v1', 'runtimeclasses', 'C'],
  ['PodDisruptionBudget', 'policy', 'v1', 'poddisruptionbudgets', 'N'],
  ['ClusterRole', 'rbac.authorization.k8s.io', 'v1', 'clusterroles', 'C'],
  ['ClusterRoleBinding', 'rbac.authorization.k8s.io', 'v1', 'clusterrolebindings', 'C'],
  ['Role', 'rbac.authorization.k8s.io', 'v1', 'roles', 'N'],
  ['RoleBinding', 'rbac.authorization.k8s.io', 'v1', 'rolebindings', 'N'],
  ['DeviceClass', 'resource.k8s.io', 'v1 v1beta2 v1beta1', 'deviceclasses', 'C'],
  ['ResourceClaim', 'resource.k8s.io', 'v1 v1beta2 v1beta1', 'resourceclaims', 'N'],
  ['ResourceClaimTemplate', 'resource.k8s.io', 'v1 v1beta2 v1beta1', 'resourceclaimtemplates', 'N'],
  ['ResourceSlice', 'resource.k8s.io', 'v1 v1beta2 v1beta1', 'resourceslices', 'C'],
  ['PriorityClass', 'scheduling.k8s.io', 'v1', 'priorityclasses', 'C'],
  ['CSIDriver', 'storage.k8s.io', 'v1', 'csidrivers', 'C'],
  ['CSINode', 'storage.k8s.io', 'v1', 'csinodes', 'C'],
  ['CSIStorageCapacity', 'storage.k8s.io', 'v1', 'csistoragecapacities', 'N'],
  ['StorageClass', 'storage.k8s.io', 'v1', 'storageclasses', 'C'],
  ['VolumeAttachment', 'storage.k8s.io', 'v1', 'volumeattachments', 'C'],
  ['VolumeAttributesClass', 'storage.k8s.io', 'v1 v1beta1', 'volumeattributesclasses', 'C'],
]

/** Every built-in kind by its key. */
export const kinds: ReadonlyMap<string, Kind> = new Map(
  rows.map(([kind, group, versions, plural, scope]) => [
    kind,
    { key: kind, kind, group, versions: versions.split(' '), plural, namespaced: scope === 'N' },
  ]),
)

/** The group of an apiVersion: `apps` of `apps/v1`, empty for `v1`. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/')
  return slash < 0 ? '' : apiVersion.slice(0, slash)
}

/** The store key of a kind in a group: bare for built-in kinds, `Kind.group` for all others. */
export function kindKey(apiVersion: string, kind: string): string {
  const group = groupOf(apiVersion)
  const known = kinds.get(kind)
  if (known !== undefined && known.group === group) return kind
  if (kind === 'Event' && group === 'events.k8s.io') return kind
  return group === '' ? kind : `${kind}.${group}`
}

/**
 * Whether the API server has this kind in this version. Kinds of groups with a dot in their name
 * may come from a CustomResourceDefinition, so they count as served.
 */
export function isServed(apiVersion: string, kind: string): boolean {
  const group = groupOf(apiVersion)
  const known = kinds.get(kindKey(apiVersion, kind))
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1)
  if (known !== undefined && known.group === group) return known.versions.includes(version)
  return group.includes('.') || kindKey(apiVersion, kind) === 'Event'
}

/** The store key of an object's kind. */
export function kindKeyOf(object: KubeObject): string {
  return kindKey(object.apiVersion, object.kind)
}
