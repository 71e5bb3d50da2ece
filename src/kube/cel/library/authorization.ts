// authorizer.group('').resource('pods').check('get').allowed(): the twin's API server allows every
// request. Upstream: k8s.io/apiserver v0.36.3 pkg/cel/library/authz.go.

import { dns1123LabelErrors, dns1123SubdomainErrors } from '../../formats.ts'
import { type FunctionDecl, fn, member, stopping } from '../declarations.ts'
import { structOf, types } from '../types.ts'
import { CelError, Foreign, noSuchOverload, type Value } from '../values.ts'

type Part = 'Authorizer' | 'PathCheck' | 'GroupCheck' | 'ResourceCheck' | 'Decision'

/** A question in the making, or its answer. What is asked has no effect on the answer. */
export class AuthorizationValue extends Foreign {
  readonly typeName: string

  constructor(part: Part) {
    super()
    this.typeName = `kubernetes.authorization.${part}`
  }

  equals(other: Value): boolean | CelError {
    if (other instanceof CelError) return other
    return other instanceof AuthorizationValue ? this === other : noSuchOverload
  }
}

function typeOf(part: Part) {
  return structOf(`kubernetes.authorization.${part}`)
}

const parts = {
  authorizer: new AuthorizationValue('Authorizer'),
  path: new AuthorizationValue('PathCheck'),
  group: new AuthorizationValue('GroupCheck'),
  resource: new AuthorizationValue('ResourceCheck'),
  decision: new AuthorizationValue('Decision'),
} as const

/** The values of the variables `authorizer` and `authorizer.requestResource`. */
export const authorizerValue: Value = parts.authorizer
export const requestResourceValue: Value = parts.resource

export const authorizerType = typeOf('Authorizer')
export const resourceCheckType = typeOf('ResourceCheck')
const pathCheckType = typeOf('PathCheck')
const groupCheckType = typeOf('GroupCheck')
const decisionType = typeOf('Decision')
const { string, bool } = types

function serviceAccount(_authorizer: unknown, namespace: unknown, name: unknown): Value {
  if (dns1123SubdomainErrors(name as string).length > 0) {
    return new CelError('Invalid service account name')
  }
  if (dns1123LabelErrors(namespace as string).length > 0) {
    return new CelError('Invalid service account namespace')
  }
  return parts.authorizer
}

function path(_authorizer: unknown, text: unknown): Value {
  return (text as string).trim() === '' ? new CelError('path must not be empty') : parts.path
}

function narrowed(name: string, id: string): FunctionDecl {
  return fn(
    name,
    member(id, [resourceCheckType, string], resourceCheckType, () => parts.resource),
  )
}

export const authorizationLibrary: readonly FunctionDecl[] = [
  fn('path', member('authorizer_path', [authorizerType, string], pathCheckType, path)),
  fn(
    'group',
    member('authorizer_group', [authorizerType, string], groupCheckType, () => parts.group),
  ),
  fn(
    'serviceAccount',
    stopping(
      member(
        'authorizer_serviceaccount',
        [authorizerType, string, string],
        authorizerType,
        serviceAccount,
      ),
    ),
  ),
  fn(
    'resource',
    member(
      'groupcheck_resource',
      [groupCheckType, string],
      resourceCheckType,
      () => parts.resource,
    ),
  ),
  narrowed('subresource', 'resourcecheck_subresource'),
  narrowed('namespace', 'resourcecheck_namespace'),
  narrowed('name', 'resourcecheck_name'),
  narrowed('fieldSelector', 'authorizer_fieldselector'),
  narrowed('labelSelector', 'authorizer_labelselector'),
  fn(
    'check',
    member('pathcheck_check', [pathCheckType, string], decisionType, () => parts.decision),
    member('resourcecheck_check', [resourceCheckType, string], decisionType, () => parts.decision),
  ),
  fn(
    'errored',
    member('decision_errored', [decisionType], bool, () => false),
  ),
  fn(
    'error',
    member('decision_error', [decisionType], string, () => ''),
  ),
  fn(
    'allowed',
    member('decision_allowed', [decisionType], bool, () => true),
  ),
  fn(
    'reason',
    member('decision_reason', [decisionType], string, () => ''),
  ),
]
