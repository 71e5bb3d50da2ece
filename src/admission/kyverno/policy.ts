// What a policy of Kyverno makes of objects, and which of its rules are not modelled: those with
// variables, preconditions, context, loops or targets, and all that do not mutate.
// Upstream: kyverno v1.19.1 pkg/engine/mutation.go.

import type { KubeObject } from '../../kube/object.ts'
import { isArray, isObject, type JsonObject, sameJson } from '../../kube/patch/json.ts'
import { schemaOf } from '../../kube/schema.ts'
import type { FieldError } from '../../kube/validation/field-error.ts'
import { anchorOf, hasRivals, withoutAnchors } from './anchors.ts'
import { type KyvernoRule, withGenerated } from './autogen.ts'
import { applyKyvernoPatch } from './json-patch.ts'
import { type Incoming, isMatched, type MatchResources } from './match.ts'
import { mergedMap } from './merge.ts'
import { patternProblem } from './pattern.ts'
import { checkedPolicy } from './policy-schema.ts'

export const kyvernoGroup = 'kyverno.io'

export const kyvernoPolicyKinds: ReadonlySet<string> = new Set([
  `ClusterPolicy.${kyvernoGroup}`,
  `Policy.${kyvernoGroup}`,
])

interface Spec {
  readonly rules?: readonly KyvernoRule[]
  readonly applyRules?: 'All' | 'One'
  readonly admission?: boolean
  readonly failurePolicy?: 'Fail' | 'Ignore'
  readonly webhookConfiguration?: { readonly failurePolicy?: 'Fail' | 'Ignore' }
}

export interface KyvernoPolicy {
  readonly source: KubeObject
  readonly failurePolicy: 'Fail' | 'Ignore'
  /** The policy stops after the first rule that changes something. */
  readonly onlyOne: boolean
  readonly rules: readonly KyvernoRule[]
}

const policies = new WeakMap<KubeObject, KyvernoPolicy>()

/** The modelled rules of a policy, with those that Kyverno makes of them. */
export function policyOf(source: KubeObject): KyvernoPolicy {
  let policy = policies.get(source)
  if (policy === undefined) {
    const { policy: checked, errors } = checkedPolicy(source)
    const spec = specOf(checked)
    const isOut = errors.length > 0 || spec.admission === false
    const all = isOut ? [] : withGenerated(source, spec.rules ?? [])
    policy = {
      source,
      failurePolicy: spec.webhookConfiguration?.failurePolicy ?? spec.failurePolicy ?? 'Fail',
      onlyOne: spec.applyRules === 'One',
      rules: all.filter(rule => ruleProblem(rule) === undefined),
    }
    policies.set(source, policy)
  }
  return policy
}

function specOf({ spec }: KubeObject): Spec {
  return isObject(spec) ? (spec as Spec) : {}
}

export interface RuleProblem {
  readonly index: number
  readonly name: string
  readonly problem: string
}

/** The rules that do nothing here, and why. */
export function unmodelledRules(source: KubeObject): readonly RuleProblem[] {
  const { policy, errors } = checkedPolicy(source)
  if (errors.length > 0) return errors.map(invalidRule)
  return (specOf(policy).rules ?? []).flatMap((rule, index) => {
    const problem = ruleProblem(rule)
    return problem === undefined ? [] : [{ index, name: rule.name ?? `rule ${index}`, problem }]
  })
}

/** One error keeps the whole policy out of a cluster that has Kyverno's definition. */
function invalidRule({ field, body }: FieldError): RuleProblem {
  const index = Number(/^spec\.rules\[(\d+)\]/.exec(field)?.[1] ?? 0)
  return { index, name: field, problem: body }
}

const otherParts = ['context', 'preconditions', 'celPreconditions', 'validate', 'verifyImages']

function ruleProblem(rule: KyvernoRule): string | undefined {
  const { match, exclude, mutate } = rule
  if (!isObject(mutate))
    return (
      Object.keys(rule).find(key => /^(?:validate|generate|verifyImages)$/u.test(key)) ??
      'no mutation'
    )
  const part = otherParts.find(key => rule[key] !== undefined)
  if (part !== undefined) return part
  const patches = ['patchStrategicMerge', 'patchesJson6902']
  const more = Object.keys(mutate).find(key => !patches.includes(key))
  if (more !== undefined) return `mutate.${more}`
  if (/\{\{|\$\(/u.test(JSON.stringify(rule))) return 'variables'
  return matchProblem(match) ?? matchProblem(exclude) ?? patchProblem(mutate)
}

function matchProblem(match: MatchResources | undefined): string | undefined {
  const { any = [], all = [], ...own } = match ?? {}
  for (const { resources, ...user } of [own, ...any, ...all]) {
    const [who] = Object.keys(user)
    if (who !== undefined) return `a match by ${who}`
    const { kinds = [], selector, namespaceSelector } = resources ?? {}
    if (kinds.some(kind => !/^(?:[^/]+\/){0,2}[A-Z*?][A-Za-z*?]*$/u.test(kind))) {
      return 'a match of subresources'
    }
    const labels = JSON.stringify([selector, namespaceSelector])
    if (/[*?]/u.test(labels)) return 'wildcards in a selector'
  }
  return undefined
}

function patchProblem({
  patchStrategicMerge: patch,
  patchesJson6902: operations,
}: NonNullable<KyvernoRule['mutate']>): string | undefined {
  if (patch !== undefined) return isObject(patch) ? anchorProblem(patch) : 'a patch that is no map'
  if (operations === undefined) return 'no mutation'
  return operationsOf(operations) === undefined ? 'patches that are no list' : undefined
}

function anchorProblem(patch: unknown): string | undefined {
  return hasRivals(patch) ? 'two conditions in one list' : anchorOfPatchProblem(patch)
}

function anchorOfPatchProblem(patch: unknown): string | undefined {
  if (isArray(patch)) return patch.map(anchorOfPatchProblem).find(each => each !== undefined)
  if (!isObject(patch)) return undefined
  for (const [key, value] of Object.entries(patch)) {
    const modifier = anchorOf(key)?.modifier
    if (modifier !== undefined && !['', '<', '+'].includes(modifier)) return `the anchor ${key}`
    const isCondition = modifier === '' || modifier === '<'
    const problem = isCondition ? patternProblem(value) : anchorOfPatchProblem(value)
    if (problem !== undefined) return problem
  }
  return undefined
}

/** The operations of a text in JSON, as sources make it of YAML; undefined for something else. */
function operationsOf(text: string): readonly unknown[] | undefined {
  try {
    const operations: unknown = JSON.parse(text)
    return isArray(operations) ? operations : undefined
  } catch {
    return undefined
  }
}

export interface KyvernoAnswer {
  /** The very same when no rule changes it. */
  readonly object: KubeObject
  /** The rules that changed something. */
  readonly applied: readonly {
    readonly rule: string
    readonly before: KubeObject
    readonly after: KubeObject
  }[]
  readonly error?: string
}

/** What the policy makes of an object. */
export function applyPolicy(policy: KyvernoPolicy, incoming: Incoming): KyvernoAnswer {
  const applied: KyvernoAnswer['applied'][number][] = []
  let { object } = incoming
  for (const { name = '', match = {}, exclude, mutate = {} } of policy.rules) {
    if (!isMatched(match, exclude, { ...incoming, object })) continue
    const after = mutated(object, mutate)
    if (typeof after === 'string') return { object, applied, error: `${name}: ${after}` }
    if (sameJson(after, object)) continue
    applied.push({ rule: name, before: object, after })
    object = after
    if (policy.onlyOne) break
  }
  return { object, applied }
}

function mutated(
  object: KubeObject,
  { patchStrategicMerge: patch, patchesJson6902: operations }: NonNullable<KyvernoRule['mutate']>,
): KubeObject | string {
  if (patch !== undefined) {
    const settled = withoutAnchors(patch, object)
    if (settled === undefined) return object
    const type = schemaOf(object.apiVersion, object.kind)
    return (mergedMap(object as unknown as JsonObject, settled, type) ?? object) as KubeObject
  }
  const result = applyKyvernoPatch(object, operationsOf(operations ?? '') ?? [])
  return result.ok ? (result.value as KubeObject) : result.error
}
