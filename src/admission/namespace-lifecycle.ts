// NamespaceLifecycle keeps objects out of namespaces that do not exist or are going away.
// Upstream: apiserver pkg/admission/plugin/namespace/lifecycle/admission.go, v0.36.3.

import {
  type AdmissionContext,
  type AdmissionPlugin,
  type AdmissionRequest,
  denied,
  type ObjectRequest,
} from '../apiserver/admission.ts'
import { resourceOf } from '../apiserver/resource.ts'
import { forbiddenRequest, notFound } from '../apiserver/responses.ts'
import type { ApiContext } from '../apiserver/request.ts'
import type { Namespace } from '../kube/generated/types.ts'
import type { KubeObject } from '../kube/object.ts'
import type { ApiStatus } from '../kube/status.ts'

const immortal = ['default', 'kube-system', 'kube-public']

function admitObject(request: ObjectRequest, context: AdmissionContext): KubeObject | ApiStatus {
  const { namespace, object, operation, resource } = request
  if (namespace === '' || resource.key === 'Namespace') return object
  const stored = context.get('Namespace', namespace) as Namespace | undefined
  if (stored === undefined) {
    return notFound(resourceOf(context as ApiContext, 'Namespace', false), namespace)
  }
  if (operation !== 'create' || stored.status?.phase !== 'Terminating') return object
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`
  const cause = {
    reason: 'NamespaceTerminating',
    message: `namespace ${namespace} is being terminated`,
    field: 'metadata.namespace',
  }
  return denied(request, why, [cause])
}

function validateDeletion({ operation, resource, name }: AdmissionRequest): ApiStatus | undefined {
  if (operation !== 'delete' || resource.key !== 'Namespace') return undefined
  if (!immortal.includes(name)) return undefined
  return forbiddenRequest(resource, name, 'this namespace may not be deleted')
}

export const namespaceLifecycle = {
  name: 'NamespaceLifecycle',
  doc: 'Refuses objects in namespaces that do not exist or are being deleted.',
  operations: ['create', 'update', 'delete'],
  subresources: ['status', 'scale', 'binding', 'eviction', 'finalize'],
  admit: admitObject,
  validate: validateDeletion,
} satisfies AdmissionPlugin
