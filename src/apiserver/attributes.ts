// A request as admission policies see it, and as their expressions read it.
// Upstream: k8s.io/apiserver v0.36.3 pkg/admission/attributes.go and
// pkg/admission/plugin/cel/condition.go.

import type { AdmissionContext, AdmissionRequest } from './admission.ts'
import type { Namespace } from '../kube/generated/types.ts'
import { groupOf } from '../kube/kinds.ts'
import type { KubeObject } from '../kube/object.ts'
import type { JsonObject } from '../kube/patch/json.ts'

export interface Attributes {
  readonly operation: string
  readonly group: string
  readonly version: string
  readonly kind: string
  /** Of the resource, which for subresources with kinds of their own is not that of the kind. */
  readonly resourceGroup: string
  readonly resourceVersion: string
  readonly plural: string
  readonly subresource: string
  /** Of a Namespace its own name. */
  readonly namespace: string
  readonly name: string
  readonly object: KubeObject | undefined
  readonly old: KubeObject | undefined
  /** Versions under which the resource is served. */
  readonly versions: readonly string[]
  readonly dryRun: boolean
}

function versionOf(apiVersion: string): string {
  return apiVersion.slice(apiVersion.indexOf('/') + 1)
}

/** A scale subresource carries a Scale, where the twin passes on what is scaled. */
function scaleOf(object: KubeObject | undefined): KubeObject | undefined {
  if (object === undefined) return undefined
  const { name = '', namespace = '', uid = '', creationTimestamp } = object.metadata
  const { replicas } = (object['spec'] ?? {}) as { readonly replicas?: number }
  const status = (object['status'] ?? {}) as { readonly replicas?: number }
  const made = creationTimestamp === undefined ? {} : { creationTimestamp }
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name, namespace, uid, ...made },
    spec: { replicas: replicas ?? 0 },
    status: { replicas: status.replicas ?? 0 },
  }
}

export function attributesOf(request: AdmissionRequest): Attributes {
  const { resource, operation, subresource, dryRun } = request
  const isScale = subresource === 'scale'
  const object = isScale ? scaleOf(request.object) : request.object
  const old = isScale ? scaleOf(request.old) : request.old
  const { apiVersion, kind } = object ?? old ?? { apiVersion: '', kind: '' }
  const stored = (request.old ?? request.object)?.apiVersion ?? apiVersion
  const ofOwnKind = kind === resource.kind
  const generated = operation === 'create' && request.object?.metadata.generateName !== undefined
  const [served = ''] = resource.versions
  return {
    operation: operation.toUpperCase(),
    group: groupOf(apiVersion),
    version: versionOf(apiVersion),
    kind,
    resourceGroup: resource.group,
    resourceVersion: ofOwnKind || isScale ? versionOf(stored) : served,
    plural: resource.plural,
    subresource,
    namespace: resource.key === 'Namespace' ? request.name : request.namespace,
    name: generated ? '' : request.name,
    object,
    old,
    versions: resource.versions,
    dryRun,
  }
}

const optionKinds: Readonly<Record<string, string>> = {
  CREATE: 'CreateOptions',
  UPDATE: 'UpdateOptions',
  DELETE: 'DeleteOptions',
}

/** Who asks when nobody is named. */
const administrator = { username: 'admin', groups: ['system:masters', 'system:authenticated'] }

/** The variable `request`: admission/v1 AdmissionRequest as JSON. */
export function requestValue(attributes: Attributes, user: AdmissionContext['user']): JsonObject {
  const { operation, group, version, kind, plural, subresource, namespace, name } = attributes
  const kindName = { group, version, kind }
  const { resourceGroup, resourceVersion } = attributes
  const resource = { group: resourceGroup, version: resourceVersion, resource: plural }
  return {
    uid: '',
    kind: kindName,
    resource,
    ...(subresource !== '' && { subResource: subresource }),
    requestKind: kindName,
    requestResource: resource,
    ...(subresource !== '' && { requestSubResource: subresource }),
    ...(name !== '' && { name }),
    ...(namespace !== '' && { namespace }),
    operation,
    userInfo: user ?? administrator,
    dryRun: attributes.dryRun,
    options: { kind: optionKinds[operation] ?? '', apiVersion: 'meta.k8s.io/v1' },
  }
}

const shownMetadata = [
  'name',
  'generateName',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'finalizers',
] as const

/** The Namespace of a request; none for Namespaces themselves and what is in none. */
export function namespaceOf(
  { namespace, kind, group }: Attributes,
  context: AdmissionContext,
): Namespace | undefined {
  if (namespace === '' || (kind === 'Namespace' && group === '')) return undefined
  return context.get('Namespace', namespace) as Namespace | undefined
}

/** The variable `namespaceObject`: what policies may know of a Namespace. */
export function namespaceValue(namespace: Namespace | undefined): JsonObject | null {
  if (namespace === undefined) return null
  const { metadata, spec, status } = namespace
  const fields = shownMetadata.filter(field => metadata[field] !== undefined)
  return {
    metadata: Object.fromEntries(fields.map(field => [field, metadata[field]])),
    spec: spec ?? {},
    status: status ?? {},
  }
}
