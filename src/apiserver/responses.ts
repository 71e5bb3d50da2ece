// Answers of the API server. Upstream: apimachinery pkg/api/errors/errors.go, v0.36.3.

import type { KubeObject } from '../kube/object.ts'
import type { ApiStatus, StatusCause } from '../kube/status.ts'
import type { FieldError } from '../kube/validation/field-error.ts'
import type { ApiResponse } from './request.ts'
import type { Resource } from './resource.ts'

/** Whether an answer of admission or of a strategy is a refusal. */
export function isStatus(answer: KubeObject | ApiStatus): answer is ApiStatus {
  return answer.kind === 'Status' && answer.apiVersion === 'v1'
}

export function accepted(object: KubeObject, code = 200): ApiResponse {
  return { ok: true, code, object }
}

export function refused(status: ApiStatus): ApiResponse {
  return { ok: false, code: status.code, status }
}

type Failure = Pick<ApiStatus, 'code' | 'reason' | 'message'> & Partial<Pick<ApiStatus, 'details'>>

function failure(parts: Failure): ApiStatus {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', ...parts }
}

type Named = Pick<Resource, 'group' | 'plural' | 'qualified'>

function details(resource: Named, name: string): NonNullable<ApiStatus['details']> {
  const group = resource.group === '' ? {} : { group: resource.group }
  return { name, ...group, kind: resource.plural }
}

export function notFound(resource: Named, name: string): ApiStatus {
  const message = `${resource.qualified} "${name}" not found`
  return failure({ code: 404, reason: 'NotFound', message, details: details(resource, name) })
}

/** `prefix` is put before the message when the object in the way is being deleted. */
export function alreadyExists(resource: Named, name: string, prefix = ''): ApiStatus {
  const message = `${prefix}${resource.qualified} "${name}" already exists`
  return failure({ code: 409, reason: 'AlreadyExists', message, details: details(resource, name) })
}

export function conflict(resource: Named, name: string, why: string): ApiStatus {
  const message = `Operation cannot be fulfilled on ${resource.qualified} "${name}": ${why}`
  return failure({ code: 409, reason: 'Conflict', message, details: details(resource, name) })
}

export const modifiedText =
  'the object has been modified; please apply your changes to the latest version and try again'

export function forbiddenRequest(
  resource: Named,
  name: string,
  why: string,
  causes?: readonly StatusCause[],
): ApiStatus {
  const subject = name === '' ? `${resource.qualified} ` : `${resource.qualified} "${name}" `
  const message = resource.plural === '' ? `forbidden: ${why}` : `${subject}is forbidden: ${why}`
  const about = details(resource, name)
  return failure({
    code: 403,
    reason: 'Forbidden',
    message,
    details: causes === undefined ? about : { ...about, causes },
  })
}

export function badRequest(message: string): ApiStatus {
  return failure({ code: 400, reason: 'BadRequest', message })
}

/** 500 of the server's own. */
export function internalFailure(why: string): ApiStatus {
  const message = `Internal error occurred: ${why}`
  const causes = [{ message: why }]
  return failure({ code: 500, reason: 'InternalError', message, details: { causes } })
}

export function tooManyRequests(
  message: string,
  retryAfterSeconds: number,
  causes: readonly StatusCause[],
): ApiStatus {
  const retry = retryAfterSeconds === 0 ? {} : { retryAfterSeconds }
  const about = { ...retry, causes }
  return failure({ code: 429, reason: 'TooManyRequests', message, details: about })
}

/** The failure with the causes that clients may read apart. */
export function withCauses(status: ApiStatus, causes: readonly StatusCause[]): ApiStatus {
  return { ...status, details: { ...status.details, causes } }
}

/** A failure with a code and text but no reason, as some subresources answer. */
export function plainFailure(code: number, message: string, reason = ''): ApiStatus {
  return failure({ code, reason, message })
}

/** 422 with all field errors; equal messages are told once, as Go's aggregate does. */
export function invalidObject(
  resource: Pick<Resource, 'group' | 'kind' | 'groupKind'>,
  name: string,
  errors: readonly FieldError[],
): ApiStatus {
  const causes = errors.map(({ reason, field, body }) => ({ reason, message: body, field }))
  const group = resource.group === '' ? {} : { group: resource.group }
  return failure({
    code: 422,
    reason: 'Invalid',
    message: `${resource.groupKind} "${name}" is invalid: ${aggregate(errors)}`,
    details: { ...(name === '' ? {} : { name }), ...group, ...kindOf(resource.kind), causes },
  })
}

/** Some refusals are of no kind. */
function kindOf(kind: string): { kind?: string } {
  return kind === '' ? {} : { kind }
}

function aggregate(errors: readonly FieldError[]): string {
  const messages = [...new Set(errors.map(error => `${error.field}: ${error.body}`))]
  return messages.length === 1 ? (messages[0] ?? '') : `[${messages.join(', ')}]`
}
