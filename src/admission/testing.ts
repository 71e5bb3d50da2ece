// A server with one plugin, or all, for the tests of plugins.

import type { AdmissionPlugin } from '../apiserver/admission.ts'
import type { ApiResponse } from '../apiserver/request.ts'
import { memoryServer } from '../apiserver/testing.ts'
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
