// Serves API requests on a World: the glue between the engine and the API server.

import type { AdmissionPlugin } from '../apiserver/admission.ts'
import type { ApiRequest, ApiResponse } from '../apiserver/request.ts'
import { handle } from '../apiserver/server.ts'
import type { Program } from '../engine/world.ts'
import { apiContext } from './api-context.ts'

/** The name under which a World knows that the API server is down. */
export const apiServerName = 'kube-apiserver'

// What kubectl says of a connection that nobody takes.
const unreachable: ApiResponse = {
  ok: false,
  code: 503,
  status: {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    code: 503,
    reason: 'ServiceUnavailable',
    message: 'The connection to the server was refused - did you specify the right host or port?',
  },
}

/** Serves one request of a writer, atomically and at once, through these plugins. */
export function serveWith(plugins: readonly AdmissionPlugin[]): Program['serve'] {
  return (world, request, writer) => {
    if (world.isDown(apiServerName)) return unreachable
    return handle(apiContext(world, writer), request as ApiRequest, plugins)
  }
}
