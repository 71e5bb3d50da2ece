// Serves API requests on a World: the glue between the engine and the API server.

import { admissionPlugins } from '../admission/registry.ts'
import type { ApiRequest } from '../apiserver/request.ts'
import { handle } from '../apiserver/server.ts'
import type { World } from '../engine/world.ts'
import { apiContext } from './api-context.ts'

/** Serves one request of `writer`, atomically and at once. */
export function serveOn(world: World, request: unknown, writer: string): unknown {
  return handle(apiContext(world, writer), request as ApiRequest, admissionPlugins)
}
