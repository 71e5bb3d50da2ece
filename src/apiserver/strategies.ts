// The strategy of every built-in kind. Upstream: pkg/registry/*/*/strategy.go, v1.36.3.

import type { KubeObject } from '../kube/object.ts'
import { equalExcept, semanticEqual } from './equality.ts'
import { podStrategy } from './pod-strategy.ts'
import type { Resource } from './resource.ts'
import { serviceStrategy } from './service-strategy.ts'
import { specChanged, specOrAnnotationsChanged, type Strategy, withStatus } from './strategy.ts'

type Fields = Readonly<Record<string, unknown>>

const plain: Strategy = {}
const bySpec: Strategy = { generation: specChanged }

function hasStatus(emptyStatus: Fields): Strategy {
  return { emptyStatus, generation: specChanged }
}

/** Puts the object's metadata.uid into labels and selector, as jobs without a selector get. */
function generatedJobSelector(job: KubeObject): KubeObject {
  const spec = fieldsOf(job['spec'])
  if (spec['manualSelector'] === true) return job
  const template = fieldsOf(spec['template'])
  const metadata = fieldsOf(template['metadata'])
  const uid = job.metadata.uid ?? ''
  const name = job.metadata.name ?? ''
  const labels = {
    ...fieldsOf(metadata['labels']),
    ...uniqueLabel(metadata, 'controller-uid', uid),
    'batch.kubernetes.io/controller-uid': uid,
    ...uniqueLabel(metadata, 'job-name', name),
    'batch.kubernetes.io/job-name': name,
  }
  const selector = fieldsOf(spec['selector'])
  const matchLabels = {
    ...fieldsOf(selector['matchLabels']),
    'batch.kubernetes.io/controller-uid': uid,
  }
  return {
    ...job,
    spec: {
      ...spec,
      selector: { ...selector, matchLabels },
      template: { ...template, metadata: { ...metadata, labels } },
    },
  }
}

function uniqueLabel(metadata: Fields, key: string, value: string): Fields {
  const labels = fieldsOf(metadata['labels'])
  return key in labels ? {} : { [key]: value }
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

const namespaceStrategy: Strategy = {
  emptyStatus: { phase: 'Active' },
  create: namespace => {
    const spec = fieldsOf(namespace['spec'])
    const finalizers = (spec['finalizers'] ?? []) as readonly string[]
    if (finalizers.includes('kubernetes')) return namespace
    return { ...namespace, spec: { ...spec, finalizers: [...finalizers, 'kubernetes'] } }
  },
  update: (namespace, old) => {
    const finalizers = fieldsOf(old['spec'])['finalizers']
    const spec = { ...fieldsOf(namespace['spec']), finalizers }
    return semanticEqual(spec, namespace['spec']) ? namespace : { ...namespace, spec }
  },
}

const volumeStrategy: Strategy = {
  emptyStatus: { phase: 'Pending' },
  create: (volume, now) => ({
    ...volume,
    status: { phase: 'Pending', lastPhaseTransitionTime: now },
  }),
  statusUpdate: (volume, old, now) => {
    const status = fieldsOf(volume['status'])
    const before = fieldsOf(old['status'])
    const time = status['lastPhaseTransitionTime']
    const oldTime = before['lastPhaseTransitionTime']
    if (status['phase'] === before['phase']) {
      if (time !== undefined || oldTime === undefined) return volume
      return { ...volume, status: { ...status, lastPhaseTransitionTime: oldTime } }
    }
    if (time !== undefined && time !== oldTime) return volume
    return { ...volume, status: { ...status, lastPhaseTransitionTime: now } }
  },
}

const daemonSetStrategy: Strategy = {
  emptyStatus: {
    currentNumberScheduled: 0,
    numberMisscheduled: 0,
    desiredNumberScheduled: 0,
    numberReady: 0,
  },
  generation: specChanged,
  create: set => withTemplateGeneration(set, '1'),
  update: (set, old) => {
    const before = fieldsOf(old['spec'])['template']
    const count = Number(old.metadata.annotations?.[templateGeneration] ?? '0')
    const changed = !semanticEqual(fieldsOf(set['spec'])['template'], before)
    return withTemplateGeneration(set, String(changed ? count + 1 : count))
  },
}

const templateGeneration = 'deprecated.daemonset.template.generation'

/** apps/v1 shows the internal templateGeneration as an annotation. */
function withTemplateGeneration(set: KubeObject, value: string): KubeObject {
  if (set.metadata.annotations?.[templateGeneration] === value) return set
  const annotations = { ...set.metadata.annotations, [templateGeneration]: value }
  return { ...set, metadata: { ...set.metadata, annotations } }
}

const deploymentStrategy: Strategy = {
  emptyStatus: {},
  generation: specOrAnnotationsChanged,
  statusUpdate: (deployment, old) =>
    semanticEqual(deployment.metadata.labels, old.metadata.labels)
      ? deployment
      : withLabels(deployment, old.metadata.labels),
}

function withLabels(
  object: KubeObject,
  labels: Readonly<Record<string, string>> | undefined,
): KubeObject {
  const { labels: _dropped, ...rest } = object.metadata
  return { ...object, metadata: labels === undefined ? rest : { ...rest, labels } }
}

const nodeStatus = {
  daemonEndpoints: { kubeletEndpoint: { Port: 0 } },
  nodeInfo: {
    architecture: '',
    bootID: '',
    containerRuntimeVersion: '',
    kernelVersion: '',
    kubeProxyVersion: '',
    kubeletVersion: '',
    machineID: '',
    operatingSystem: '',
    osImage: '',
    systemUUID: '',
  },
}

/** A node may be registered with its status; only updates leave it to the subresource. */
const nodeStrategy: Strategy = {
  create: node => ({ ...node, status: { ...nodeStatus, ...fieldsOf(node['status']) } }),
  update: (node, old) =>
    node['status'] === old['status'] ? node : { ...node, status: old['status'] },
  statusUpdate: node => node,
}

const endpointSliceStrategy: Strategy = {
  generation: (slice, old) =>
    !equalExcept(slice, old, 'metadata') ||
    !semanticEqual(slice.metadata.labels ?? {}, old.metadata.labels ?? {}),
}

const secretStrategy: Strategy = {
  update: (secret, old) =>
    secret['type'] === undefined || secret['type'] === ''
      ? { ...secret, type: old['type'] }
      : secret,
}

const sourceGroups: Readonly<Record<string, string>> = {
  PersistentVolumeClaim: '',
  VolumeSnapshot: 'snapshot.storage.k8s.io',
}

/** dataSource takes only claims and snapshots; anything else is dropped, dataSourceRef is not. */
function withoutForeignSource(claim: KubeObject): KubeObject {
  const { dataSource, ...spec } = fieldsOf(claim['spec'])
  if (dataSource === undefined) return claim
  const { kind, apiGroup = '' } = fieldsOf(dataSource)
  return sourceGroups[String(kind)] === apiGroup ? claim : { ...claim, spec }
}

/** Of the secrets of an account only the names are kept. */
function withBareSecrets(account: KubeObject): KubeObject {
  const { secrets } = account as { readonly secrets?: readonly Fields[] }
  if (secrets?.some(secret => Object.keys(secret).some(key => key !== 'name')) !== true)
    return account
  return { ...account, secrets: secrets.map(({ name }) => (name === undefined ? {} : { name })) }
}

const emptyDefinitionStatus: Fields = {
  acceptedNames: { kind: '', plural: '' },
  storedVersions: [],
}

/** A definition with the status that it has; the version that is stored is noted there. */
function withStoredVersion(definition: KubeObject, status: Fields): KubeObject {
  const versions = (fieldsOf(definition['spec'])['versions'] ?? []) as readonly Fields[]
  const { storedVersions } = status as { readonly storedVersions?: readonly unknown[] }
  const known = storedVersions ?? []
  const stored = versions.find(version => version['storage'] === true)?.['name']
  if (stored === undefined || known.includes(stored)) return { ...definition, status }
  return { ...definition, status: { ...status, storedVersions: [...known, stored] } }
}

const byKind: Readonly<Record<string, Strategy>> = {
  CSIDriver: { generation: specChanged, unnumbered: true, unconditionalUpdate: false },
  CertificateSigningRequest: { emptyStatus: {} },
  CronJob: hasStatus({}),
  CustomResourceDefinition: {
    generation: specChanged,
    create: definition => withStoredVersion(definition, emptyDefinitionStatus),
    update: (definition, old) => withStoredVersion(definition, fieldsOf(old['status'])),
  },
  DaemonSet: daemonSetStrategy,
  Deployment: deploymentStrategy,
  DeviceClass: bySpec,
  EndpointSlice: endpointSliceStrategy,
  FlowSchema: hasStatus({}),
  HorizontalPodAutoscaler: { emptyStatus: { currentMetrics: null, desiredReplicas: 0 } },
  Ingress: hasStatus({ loadBalancer: {} }),
  IngressClass: bySpec,
  Job: {
    emptyStatus: {},
    generation: specChanged,
    orphansByDefault: true,
    create: generatedJobSelector,
  },
  MutatingAdmissionPolicy: bySpec,
  MutatingAdmissionPolicyBinding: bySpec,
  MutatingWebhookConfiguration: { generation: webhooksChanged },
  Namespace: namespaceStrategy,
  NetworkPolicy: bySpec,
  Node: nodeStrategy,
  PersistentVolume: volumeStrategy,
  PersistentVolumeClaim: { emptyStatus: { phase: 'Pending' }, create: withoutForeignSource },
  Pod: podStrategy,
  PodDisruptionBudget: {
    emptyStatus: { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 },
    generation: specChanged,
    unconditionalUpdate: false,
  },
  PriorityClass: { generation: () => false },
  PriorityLevelConfiguration: hasStatus({}),
  ReplicaSet: hasStatus({ replicas: 0 }),
  ReplicationController: {
    emptyStatus: { replicas: 0 },
    generation: specChanged,
    orphansByDefault: true,
  },
  ResourceClaim: { emptyStatus: {} },
  ResourceQuota: { emptyStatus: {} },
  ResourceSlice: bySpec,
  PodTemplate: { generation: templateChanged },
  Secret: secretStrategy,
  ServiceAccount: { create: withBareSecrets, update: withBareSecrets },
  Service: serviceStrategy,
  Lease: { createOnUpdate: true, unconditionalUpdate: false },
  Endpoints: { createOnUpdate: true },
  LimitRange: { createOnUpdate: true },
  Event: { createOnUpdate: true },
  ClusterRole: { createOnUpdate: true },
  ClusterRoleBinding: { createOnUpdate: true },
  Role: { createOnUpdate: true },
  RoleBinding: { createOnUpdate: true },
  RuntimeClass: { unconditionalUpdate: false },
  StatefulSet: hasStatus({ replicas: 0, availableReplicas: 0 }),
  ValidatingAdmissionPolicy: { ...hasStatus({}), unconditionalUpdate: false },
  ValidatingAdmissionPolicyBinding: bySpec,
  ValidatingWebhookConfiguration: { generation: webhooksChanged },
  VolumeAttachment: { emptyStatus: { attached: false } },
}

function templateChanged(object: KubeObject, old: KubeObject): boolean {
  return !semanticEqual(object['template'], old['template'])
}

function webhooksChanged(object: KubeObject, old: KubeObject): boolean {
  return !semanticEqual(object['webhooks'], old['webhooks'])
}

/** Custom resources: everything but metadata counts, and status too without the subresource. */
const customWithStatus: Strategy = {
  emptyStatus: {},
  create: object => withStatus(object, undefined),
  generation: (object, old) => !equalExcept(object, old, 'metadata', 'status'),
  unconditionalUpdate: false,
  statusUpdate: (object, old) => {
    const resourceVersion = object.metadata.resourceVersion ?? ''
    const kept = { ...old, metadata: { ...old.metadata, resourceVersion } }
    return withStatus(kept, object['status'])
  },
}

const customWithoutStatus: Strategy = {
  generation: (object, old) => !equalExcept(object, old, 'metadata'),
  unconditionalUpdate: false,
}

/** The strategy of a resource. */
export function strategyOf(resource: Resource): Strategy {
  const known = byKind[resource.key]
  if (known !== undefined) return known
  if (!resource.key.includes('.')) return plain
  return servesStatus(resource.definition) ? customWithStatus : customWithoutStatus
}

function servesStatus(definition: KubeObject | undefined): boolean {
  if (definition === undefined) return true
  const versions = (fieldsOf(definition['spec'])['versions'] ?? []) as readonly Fields[]
  return versions.some(version => fieldsOf(version['subresources'])['status'] !== undefined)
}
