// Policies with their bindings and parameters, as far as they concern a request.
// Upstream: k8s.io/apiserver v0.36.3 pkg/admission/plugin/policy/generic/policy_dispatcher.go.

import type { AdmissionContext } from '../../apiserver/admission.ts'
import { resourceOf } from '../../apiserver/resource.ts'
import type {
  MatchCondition,
  MatchResources,
  ParamKind,
  ParamRef,
  Variable,
} from '../../kube/generated/types.ts'
import { isServed, kindKey } from '../../kube/kinds.ts'
import { selectorMatches } from '../../kube/label-selector.ts'
import { keyFrom, type KubeObject } from '../../kube/object.ts'
import type { Attributes } from '../../apiserver/attributes.ts'
import { isSelected } from './matching.ts'

/** What both kinds of policies have. */
export interface PolicySpec {
  readonly paramKind?: ParamKind
  readonly matchConstraints?: MatchResources
  readonly matchConditions?: readonly MatchCondition[]
  readonly variables?: readonly Variable[]
  readonly failurePolicy?: string
}

export interface BindingSpec {
  readonly policyName?: string
  readonly paramRef?: ParamRef
  readonly matchResources?: MatchResources
  readonly validationActions?: readonly string[]
}

/** A policy that is to judge the request, or what keeps it from that. */
export interface Invocation<Spec extends PolicySpec> {
  readonly policy: string
  readonly spec: Spec
  readonly binding?: string
  readonly bindingSpec?: BindingSpec
  readonly param?: KubeObject | undefined
  readonly problem?: string
}

export interface Kinds {
  readonly policies: string
  readonly bindings: string
}

type Stored<Spec> = KubeObject & { readonly spec?: Spec }

/** Whether the request is about policies: they do not judge each other. */
export function isExempt({ group, kind }: Attributes): boolean {
  return group === 'admissionregistration.k8s.io' && /AdmissionPolicy(Binding)?$/.test(kind)
}

/** Policies by name, where upstream has no order; then bindings by name, then parameters. */
export function invocationsOf<Spec extends PolicySpec>(
  kinds: Kinds,
  attributes: Attributes,
  context: AdmissionContext,
): readonly Invocation<Spec>[] {
  const policies = context.list(kinds.policies) as readonly Stored<Spec>[]
  if (policies.length === 0 || isExempt(attributes)) return []
  const bindings = context.list(kinds.bindings) as readonly Stored<BindingSpec>[]
  return policies.flatMap(({ metadata, spec }): Invocation<Spec>[] => {
    const policy = metadata.name ?? ''
    const own = bindings.filter(each => each.spec?.policyName === policy)
    if (spec === undefined || own.length === 0) return []
    if (!isSelected(spec.matchConstraints, attributes, context)) return []
    const problem = unknownParamKind(spec.paramKind, context)
    if (problem !== undefined) {
      return [{ policy, spec, problem: `failed to configure policy: ${problem}` }]
    }
    return own.flatMap(binding => bound({ policy, spec }, binding, { attributes, context }))
  })
}

interface Asked {
  readonly attributes: Attributes
  readonly context: AdmissionContext
}

function bound<Spec extends PolicySpec>(
  { policy, spec }: Invocation<Spec>,
  { metadata, spec: bindingSpec = {} }: Stored<BindingSpec>,
  { attributes, context }: Asked,
): Invocation<Spec>[] {
  if (!isSelected(bindingSpec.matchResources, attributes, context)) return []
  const invocation = { policy, spec, binding: metadata.name ?? '', bindingSpec }
  const { namespace } = attributes
  const { paramKind } = spec
  const { paramRef } = bindingSpec
  const params = paramsOf(paramKind, paramRef, { namespace, context })
  if (typeof params === 'string') {
    return [{ ...invocation, problem: `failed to configure binding: ${params}` }]
  }
  return params.map(param => ({ ...invocation, param }))
}

function isKnown({ apiVersion = '', kind = '' }: ParamKind, context: AdmissionContext): boolean {
  const key = kindKey(apiVersion, kind)
  if (!key.includes('.')) return isServed(apiVersion, kind)
  return resourceOf(context, key, true).definition !== undefined
}

function unknownParamKind(
  paramKind: ParamKind | undefined,
  context: AdmissionContext,
): string | undefined {
  if (paramKind === undefined || isKnown(paramKind, context)) return undefined
  const { apiVersion = '', kind = '' } = paramKind
  const groupVersion = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`
  return `failed to find resource referenced by paramKind: '${groupVersion}, Kind=${kind}'`
}

interface Where {
  readonly namespace: string
  readonly context: AdmissionContext
}

/** The objects that parametrize a binding, a single nothing where there are none to be. */
function paramsOf(
  paramKind: ParamKind | undefined,
  paramRef: ParamRef | undefined,
  { namespace, context }: Where,
): readonly (KubeObject | undefined)[] | string {
  if (paramKind === undefined || paramRef === undefined) return [undefined]
  const key = kindKey(paramKind.apiVersion ?? '', paramKind.kind ?? '')
  const { namespaced } = resourceOf(context, key, true)
  const given = paramRef.namespace ?? ''
  const place = given === '' ? namespace : given
  if (namespaced && place === '') {
    return 'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources'
  }
  if (!namespaced && given !== '') {
    return 'paramRef.namespace must not be provided for a cluster-scoped `paramKind`'
  }
  const { name = '', selector, parameterNotFoundAction: action } = paramRef
  const named = namespaced ? keyFrom(place, name) : name
  const found =
    name === ''
      ? context
          .list(key, namespaced ? place : undefined)
          .filter(each => selectorMatches(selector, each.metadata.labels))
      : [context.get(key, named)].filter(each => each !== undefined)
  return found.length === 0 && action === 'Deny'
    ? 'no params found for policy binding with `Deny` parameterNotFoundAction'
    : found
}
