// Fields and types that are not merged by the rule (maps and structs by field, lists replaced).
// Upstream: the listType, mapType and structType markers of k8s.io/api v0.36.3.

/** `atomic`, `set`, or the keys of a list with their defaults. */
export type FieldRule = 'atomic' | 'set' | Readonly<Record<string, unknown>>

const byName = { name: undefined }
const byType = { type: undefined }
const containerPorts = { containerPort: undefined, protocol: 'TCP' }
const servicePorts = { port: undefined, protocol: 'TCP' }

/** By `Type.field`. */
export const applyFieldRules: Readonly<Record<string, FieldRule>> = {
  'ObjectMeta.finalizers': 'set',
  'ObjectMeta.ownerReferences': { uid: undefined },
  'PodSpec.containers': byName,
  'PodSpec.ephemeralContainers': byName,
  'PodSpec.hostAliases': { ip: undefined },
  'PodSpec.imagePullSecrets': byName,
  'PodSpec.initContainers': byName,
  'PodSpec.nodeSelector': 'atomic',
  'PodSpec.resourceClaims': byName,
  'PodSpec.schedulingGates': byName,
  'PodSpec.topologySpreadConstraints': { topologyKey: undefined, whenUnsatisfiable: undefined },
  'PodSpec.volumes': byName,
  'PodStatus.conditions': byType,
  'Container.env': byName,
  'Container.ports': containerPorts,
  'Container.volumeDevices': { devicePath: undefined },
  'Container.volumeMounts': { mountPath: undefined },
  'EphemeralContainer.env': byName,
  'EphemeralContainer.ports': containerPorts,
  'EphemeralContainer.volumeDevices': { devicePath: undefined },
  'EphemeralContainer.volumeMounts': { mountPath: undefined },
  'ResourceRequirements.claims': byName,
  'ServiceSpec.ports': servicePorts,
  'ServiceSpec.selector': 'atomic',
  'ServiceStatus.conditions': byType,
  'ReplicationControllerSpec.selector': 'atomic',
  'ServiceAccount.secrets': byName,
  'NodeSpec.podCIDRs': 'set',
  'NodeStatus.addresses': byType,
  'NodeStatus.conditions': byType,
  'NamespaceStatus.conditions': byType,
  'DeploymentStatus.conditions': byType,
  'DaemonSetStatus.conditions': byType,
  'ReplicaSetStatus.conditions': byType,
  'ReplicationControllerStatus.conditions': byType,
  'StatefulSetStatus.conditions': byType,
  'PersistentVolumeClaimStatus.conditions': byType,
  'PodDisruptionBudgetStatus.conditions': byType,
  'HorizontalPodAutoscalerStatus.conditions': byType,
}

/** Structs that are replaced as a whole. */
export const atomicTypes: ReadonlySet<string> = new Set([
  'CrossVersionObjectReference',
  'ConfigMapKeySelector',
  'FileKeySelector',
  'LabelSelector',
  'LocalObjectReference',
  'NodeSelector',
  'NodeSelectorTerm',
  'ObjectFieldSelector',
  'ObjectReference',
  'OwnerReference',
  'ResourceFieldSelector',
  'RoleRef',
  'ScopeSelector',
  'ScopedResourceSelectorRequirement',
  'SecretKeySelector',
  'SecretReference',
  'Subject',
  'Taint',
  'TopologySelectorTerm',
  'TypedLocalObjectReference',
])
