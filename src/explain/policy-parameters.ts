// Bindings of policies whose parameters are in none of the files: what the API server then does.
// Upstream: k8s.io/apiserver v0.36.3 pkg/admission/plugin/policy/generic/policy_dispatcher.go.

import type { BindingSpec, PolicySpec } from '../admission/policies/invocations.ts'
import type { Problem } from '../base/problem.ts'
import { refText } from '../checks/life.ts'
import type { CustomResourceDefinition, ParamKind, ParamRef } from '../kube/generated/types.ts'
import { kindKey, kindKeyOf, kinds } from '../kube/kinds.ts'
import { selectorMatches } from '../kube/label-selector.ts'
import type { KubeObject } from '../kube/object.ts'
import type { Platform, PlatformObject } from '../trials/platform.ts'
import { refOf } from '../trials/voyage.ts'
import { makerOf } from './makers.ts'

interface Bound {
  readonly item: PlatformObject
  readonly policy: PolicySpec
  readonly paramKind: ParamKind
  readonly paramRef: ParamRef
}

/** A warning for each binding that finds no parameters, in the order of the input. */
export function parameterProblems({ objects }: Platform): readonly Problem[] {
  return objects.flatMap(item => boundIn(objects, item)).flatMap(each => missing(objects, each))
}

/** The binding with its policy, where both speak of parameters. */
function boundIn(objects: readonly PlatformObject[], item: PlatformObject): readonly Bound[] {
  const { kind, spec } = item.object
  if (!/^(?:Validating|Mutating)AdmissionPolicyBinding$/.test(kind)) return []
  const { policyName, paramRef } = (spec ?? {}) as BindingSpec
  const policy = objects.find(
    ({ object }) => `${object.kind}Binding` === kind && object.metadata.name === policyName,
  )?.object.spec as PolicySpec | undefined
  const paramKind = policy?.paramKind
  if (policy === undefined || paramKind === undefined || paramRef === undefined) return []
  return [{ item, policy, paramKind, paramRef }]
}

function missing(objects: readonly PlatformObject[], bound: Bound): readonly Problem[] {
  const { item, paramKind, paramRef } = bound
  const { apiVersion = '', kind = '' } = paramKind
  const { name = '', namespace = '', selector } = paramRef
  const namespaced = isNamespaced(objects, paramKind)
  if (namespaced === undefined) return []
  const isMeant = (object: KubeObject): boolean =>
    kindKeyOf(object) === kindKey(apiVersion, kind) &&
    (!namespaced || namespace === '' || object.metadata.namespace === namespace) &&
    (name === ''
      ? selectorMatches(selector, object.metadata.labels)
      : object.metadata.name === name)
  if (objects.some(({ object }) => isMeant(object)) || isMade(objects, bound)) return []
  const place = !namespaced ? '' : namespace === '' ? ' in any namespace' : ` in ${namespace}`
  const asked = name === '' ? `${kind} that the selector selects` : `${kind} ${name}`
  return [
    {
      code: 'ST0158',
      severity: 'warning',
      location: item.locate(`spec.paramRef.${name === '' ? 'selector' : 'name'}`),
      object: refText(refOf(item.object)),
      what: `none of the files has a ${asked}${place}`,
      why: consequence(bound),
      todo: `add the ${kind}, or correct spec.paramRef`,
    },
  ]
}

/** Undefined where nobody knows the kind: then the API server says so at the first request. */
function isNamespaced(
  objects: readonly PlatformObject[],
  { apiVersion = '', kind = '' }: ParamKind,
): boolean | undefined {
  const key = kindKey(apiVersion, kind)
  const builtIn = kinds.get(key)
  if (builtIn !== undefined) return builtIn.namespaced
  const definition = objects.find(({ object }) => {
    if (object.kind !== 'CustomResourceDefinition') return false
    const { names, group } = (object as CustomResourceDefinition).spec
    return `${names.kind}.${group}` === key
  })
  return definition && (definition.object as CustomResourceDefinition).spec.scope === 'Namespaced'
}

/** Whether something in the files will make the object, as far as that can be told. */
function isMade(objects: readonly PlatformObject[], { paramKind, paramRef }: Bound): boolean {
  const { kind } = paramKind
  const { name = '', namespace = 'default' } = paramRef
  if (name === '' || (kind !== 'ConfigMap' && kind !== 'Secret')) return false
  return makerOf(objects, { kind, namespace, name }) !== undefined
}

function consequence({ policy, paramRef }: Bound): string {
  const isDenied = paramRef.parameterNotFoundAction === 'Deny'
  if (!isDenied) return 'parameterNotFoundAction is Allow: the policy accepts every request'
  if (policy.failurePolicy === 'Ignore') {
    return 'parameterNotFoundAction is Deny, but failurePolicy Ignore lets every request pass'
  }
  return (
    'parameterNotFoundAction is Deny: every request that the policy is for is refused with ' +
    '"no params found for policy binding with `Deny` parameterNotFoundAction"'
  )
}
