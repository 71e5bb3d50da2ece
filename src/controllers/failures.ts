// Reading refused requests as controllers do. Upstream: apimachinery pkg/api/errors, v0.36.3.

import type { ApiResponse } from '../apiserver/request.ts'

export type Refusal = Extract<ApiResponse, { ok: false }>

/** The text of Go's error for a refused request. */
export function errorText(refusal: Refusal): string {
  return refusal.status.message
}

export function isNotFound(response: ApiResponse): boolean {
  return !response.ok && response.status.reason === 'NotFound'
}

export function isAlreadyExists(response: ApiResponse): boolean {
  return !response.ok && response.status.reason === 'AlreadyExists'
}

export function isConflict(response: ApiResponse): boolean {
  return !response.ok && response.status.reason === 'Conflict'
}

export function isInvalid(response: ApiResponse): boolean {
  return !response.ok && response.status.reason === 'Invalid'
}

/** True when the namespace is being deleted, so that every further creation there will fail. */
export function isNamespaceTerminating(response: ApiResponse): boolean {
  if (response.ok) return false
  const causes = response.status.details?.causes ?? []
  return causes.some(cause => cause.reason === 'NamespaceTerminating')
}

/** The message of several errors, as utilerrors.NewAggregate joins them. */
export function aggregateText(messages: readonly string[]): string {
  const distinct = [...new Set(messages)]
  return distinct.length === 1 ? (distinct[0] ?? '') : `[${distinct.join(', ')}]`
}
