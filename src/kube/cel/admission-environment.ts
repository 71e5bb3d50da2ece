// The variables of admission policies and match conditions, and their types.
// Upstream: k8s.io/apiserver v0.36.3 pkg/admission/plugin/cel/compile.go.

import type { Environment, MessageType } from './declarations.ts'
import { kubernetesEnvironment } from './environment.ts'
import { authorizerType, resourceCheckType } from './library/authorization.ts'
import { jsonPatchLibrary } from './library/urls.ts'
import { messageOf } from './messages.ts'
import { patchMessage } from './patch-types.ts'
import type { DeclaredType } from './schema-types.ts'
import { listOf, mapOf, structOf, type Type, types } from './types.ts'

const { string, bool, dyn, int, timestamp } = types
const strings = listOf(string)
const texts = mapOf(string, string)

const groupVersionKind = { group: string, version: string, kind: string }
const groupVersionResource = { group: string, version: string, resource: string }

const tables: Readonly<Record<string, Readonly<Record<string, Type>>>> = {
  'kubernetes.GroupVersionKind': groupVersionKind,
  'kubernetes.GroupVersionResource': groupVersionResource,
  'kubernetes.UserInfo': {
    username: string,
    uid: string,
    groups: strings,
    extra: mapOf(string, strings),
  },
  'kubernetes.AdmissionRequest': {
    kind: structOf('kubernetes.GroupVersionKind'),
    resource: structOf('kubernetes.GroupVersionResource'),
    subResource: string,
    requestKind: structOf('kubernetes.GroupVersionKind'),
    requestResource: structOf('kubernetes.GroupVersionResource'),
    requestSubResource: string,
    name: string,
    namespace: string,
    operation: string,
    userInfo: structOf('kubernetes.UserInfo'),
    dryRun: bool,
    options: dyn,
  },
  'kubernetes.NamespaceSpec': { finalizers: strings },
  'kubernetes.NamespaceCondition': {
    status: string,
    type: string,
    lastTransitionTime: timestamp,
    message: string,
    reason: string,
  },
  'kubernetes.NamespaceStatus': {
    conditions: listOf(structOf('kubernetes.NamespaceCondition')),
    phase: string,
  },
  'kubernetes.NamespaceMetadata': {
    name: string,
    generateName: string,
    namespace: string,
    labels: texts,
    annotations: texts,
    UID: string,
    creationTimestamp: timestamp,
    deletionGracePeriodSeconds: int,
    deletionTimestamp: timestamp,
    generation: int,
    resourceVersion: string,
    finalizers: strings,
  },
  'kubernetes.Namespace': {
    metadata: structOf('kubernetes.NamespaceMetadata'),
    spec: structOf('kubernetes.NamespaceSpec'),
    status: structOf('kubernetes.NamespaceStatus'),
  },
}

const messages = new Map<string, MessageType>(
  Object.entries(tables).map(([name, fields]) => [name, messageOf(name, fields)]),
)

/** What an expression may use besides object, oldObject, request and namespaceObject. */
export interface AdmissionVariables {
  readonly params?: boolean
  readonly authorizer?: boolean
  /** The types of the variables declared so far, for `variables.name`. */
  readonly composed?: ReadonlyMap<string, Type>
  /** `Object{}` and `JSONPatch{}`, as mutations have them. */
  readonly patches?: boolean
  /** What is known of `object` and `oldObject`, and of `params`; unknown to the API server. */
  readonly object?: DeclaredType | undefined
  readonly paramsType?: DeclaredType | undefined
}

/** The name of the type of `variables`. */
export const variablesTypeName = 'kubernetes.variables'

const environments = new Map<string, Environment>()

/** The environment of one kind of admission expression; those without variables are kept. */
export function admissionEnvironment(options: AdmissionVariables): Environment {
  const { params = false, authorizer = false, composed, patches = false, object } = options
  if (composed !== undefined || object !== undefined) return build(options)
  const key = `${params} ${authorizer} ${patches}`
  let known = environments.get(key)
  if (known === undefined) {
    known = build(options)
    environments.set(key, known)
  }
  return known
}

function build(options: AdmissionVariables): Environment {
  const { params, authorizer, composed, patches, object, paramsType } = options
  const variablesType =
    composed === undefined ? undefined : messageOf(variablesTypeName, Object.fromEntries(composed))
  return kubernetesEnvironment({
    variables: {
      object: object?.type ?? dyn,
      oldObject: object?.type ?? dyn,
      namespaceObject: structOf('kubernetes.Namespace'),
      request: structOf('kubernetes.AdmissionRequest'),
      ...(params === true && { params: paramsType?.type ?? dyn }),
      ...(authorizer === true && {
        authorizer: authorizerType,
        'authorizer.requestResource': resourceCheckType,
      }),
      ...(variablesType !== undefined && { variables: structOf(variablesTypeName) }),
    },
    messages: name => {
      if (name === variablesTypeName) return variablesType
      const declared = object?.messages.get(name) ?? paramsType?.messages.get(name)
      return declared ?? messages.get(name) ?? (patches === true ? patchMessage(name) : undefined)
    },
    ...(patches === true && { functions: jsonPatchLibrary }),
  })
}
