// A server with one plugin, or all, for the tests of plugins.

import type { AdmissionPlugin } from '../apiserver/admission.ts'
import type { ApiResponse } from '../apiserver/request.ts'
import { memoryServer, type MemoryServer } from '../apiserver/testing.ts'
import { assert } from '../base/assert.ts'
import type { KubeObject } from '../kube/object.ts'

/** Creates the objects in order; gives the answer to the last one. */
export function created(
  plugins: readonly AdmissionPlugin[],
  ...objects: readonly KubeObject[]
): ApiResponse {
  const server = memoryServer(plugins)
  let last: ApiResponse | undefined
  for (const object of objects) last = server.request({ verb: 'create', object })
  if (last === undefined) throw new Error('a test creates at least one object')
  return last
}

export function pod(spec: object = {}, metadata: object = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default', ...metadata },
    spec: { containers: [{ name: 'c', image: 'app:1' }], ...spec },
  }
}

export function object(
  apiVersion: string,
  kind: string,
  name: string,
  fields: object = {},
): KubeObject {
  return { apiVersion, kind, metadata: { name }, ...fields }
}

export const rules = [
  { apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['pods'] },
]

/** A configuration of one webhook on pods that must answer. */
export function registered(kind: string, webhook: object): KubeObject {
  const apiVersion = 'admissionregistration.k8s.io/v1'
  const answers = { sideEffects: 'None', admissionReviewVersions: ['v1'] }
  const common = { name: 'check.example.com', rules, failurePolicy: 'Fail', ...answers }
  return {
    apiVersion,
    kind,
    metadata: { name: 'w' },
    webhooks: [{ ...common, ...webhook }],
  }
}

/** A server with one plugin and these objects. */
export function serverWith(
  plugin: AdmissionPlugin,
  ...objects: readonly KubeObject[]
): MemoryServer {
  const server = memoryServer([plugin])
  for (const each of [object('v1', 'Namespace', 'default'), ...objects]) {
    const answer = server.request({ verb: 'create', object: each })
    assert(answer.ok, `${each.kind} is created`)
  }
  return server
}

/** What the webhook answers. */
export const script = (spec: object): KubeObject =>
  object('seatrial.dev/v1', 'Webhook', 'check', { spec: { webhook: 'check.example.com', ...spec } })

/** What comes of creating a pod. */
export function createPod(server: MemoryServer): unknown {
  const answer = server.request({ verb: 'create', object: pod() })
  return answer.ok ? 'created' : answer.status.message
}
