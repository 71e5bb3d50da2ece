// What the input holds that no part of the twin acts on, and what that means for the verdicts.

import { objectAt } from '../admission/gatekeeper/mutator.ts'
import { kyvernoPolicyKinds, unmodelledRules } from '../admission/kyverno/policy.ts'
import { compareStrings } from '../base/compare.ts'
import { isServed, kindKeyOf, kinds } from '../kube/kinds.ts'
import type { Extender } from '../kube/generated/types.ts'
import type { KubeObject } from '../kube/object.ts'
import { isObject } from '../kube/patch/json.ts'
import { isHelmChart } from '../platforms/k3s/charts.ts'
import type { Operator } from '../platforms/operators/operator.ts'
import { reads } from '../platforms/operators/controller.ts'
import { kindsOfPrograms } from '../platforms/registry.ts'
import { operatorsOf, type Platform, type PlatformObject } from '../trials/platform.ts'
import type { SchedulerSpec, Unmodelled } from '../trials/spec.ts'
import { definedKinds, kindMeant, type KnownKind } from './kind-hint.ts'

export interface UnmodelledKind extends Unmodelled {
  /** Pods are missing from the run because of it: a clean verdict would say too much. */
  readonly decisive: boolean
}

/** Built-in kinds without a controller here whose absence can change a run. */
const idleKinds: ReadonlyMap<string, string> = new Map([
  [
    'HorizontalPodAutoscaler',
    'usage is taken to be on target; a Load says otherwise (docs/loads.md)',
  ],
  ['MutatingWebhookConfiguration', 'its webhooks allow without a change when somebody answers'],
  ['ValidatingWebhookConfiguration', 'its webhooks allow everything when somebody answers'],
])

/** Fields by which a custom resource says how many pods will be made from it. */
const countFields = ['replicas', 'instances', 'size', 'count'] as const

const keptEffect = 'kept as data; nothing acts on it'
const podsEffect =
  'kept as data; the pods that its operator would create are missing from every run'

const providerEffect = 'sets nothing: what its provider of external data answers is not known'

interface Found {
  readonly first: PlatformObject
  readonly effect: string
  readonly count: number
}

/** Kinds in the input that nothing acts on: how many objects, the first one's place, the effect. */
export function unmodelledIn(platform: Platform): readonly UnmodelledKind[] {
  const { objects, schedulers } = platform
  const operators = operatorsOf(platform)
  const asked = askedExtenders(schedulers ?? [], objects)
  const found = new Map<string, Found>()
  const rules: UnmodelledKind[] = []
  const acted = kindsOfPrograms(objects.map(({ object }) => object))
  const scripted = objects.some(({ object }) => kindKeyOf(object) === 'Load.seatrial.dev')
  for (const each of objects) {
    if (scripted && each.object.kind === 'HorizontalPodAutoscaler') continue
    if (acted.has(kindKeyOf(each.object))) continue
    if (kyvernoPolicyKinds.has(kindKeyOf(each.object))) {
      rules.push(...unmodelledPolicy(each))
      continue
    }
    const effect = effectOn(each.object, operators)
    if (effect === undefined) continue
    const name = nameOf(each.object)
    const known = found.get(name)
    found.set(name, {
      first: known?.first ?? each,
      effect: known?.effect === podsEffect ? podsEffect : effect,
      count: (known?.count ?? 0) + 1,
    })
  }
  if (found.size === 0 && rules.length === 0) return asked
  const defined = definedKinds(objects.map(({ object }) => object))
  const all = [...found].map(([kind, each]) => unmodelledKind(kind, each, defined))
  return [...asked, ...all, ...rules].sort((a, b) => compareStrings(a.kind, b.kind))
}

/** Extenders are programs of the user: nothing of theirs is called. */
function askedExtenders(
  schedulers: readonly SchedulerSpec[],
  objects: readonly PlatformObject[],
): readonly UnmodelledKind[] {
  return schedulers.flatMap(({ extenders }) =>
    extenders.map(({ extender, location }) => ({
      kind: `extender ${extender.urlPrefix}`,
      count: 1,
      effect: extender.ignorable === true ? ignorableEffect : extenderEffect,
      locations: [location],
      decisive: extender.ignorable !== true && concernsAny(extender, objects),
    })),
  )
}

const extenderEffect = 'is not called: pods are placed as if it let every node pass'
const ignorableEffect = 'is taken to be out of reach, which kube-scheduler passes over'

/** An extender with resources of its own is asked about pods that want one of them. */
function concernsAny(
  { managedResources = [] }: Extender,
  objects: readonly PlatformObject[],
): boolean {
  if (managedResources.length === 0) return true
  return objects.some(({ object }) => {
    const text = JSON.stringify(object)
    return managedResources.some(({ name }) => text.includes(JSON.stringify(name)))
  })
}

/** The rules of a policy of Kyverno that are not applied. */
function unmodelledPolicy({ object, locate }: PlatformObject): readonly UnmodelledKind[] {
  const left = unmodelledRules(object)
  const [first] = left
  if (first === undefined) return []
  const rules = left.map(({ name, problem }) => `${name} (${problem})`)
  return [
    {
      kind: `${object.kind} ${object.metadata.name ?? ''}`,
      count: 1,
      effect: `not applied: ${rules.join(', ')}`,
      locations: [locate(`spec.rules[${first.index}]`)],
      decisive: false,
    },
  ]
}

function nameOf(object: KubeObject): string {
  return isBuiltIn(object) ? object.kind : `${object.kind} (${object.apiVersion})`
}

function isBuiltIn(object: KubeObject): boolean {
  return kinds.has(kindKeyOf(object))
}

function unmodelledKind(
  kind: string,
  { first, effect, count }: Found,
  defined: readonly KnownKind[],
): UnmodelledKind {
  const hint = isBuiltIn(first.object) ? undefined : kindMeant(first.object, defined)
  return {
    kind,
    count,
    effect,
    locations: [first.locate('kind')],
    ...(hint !== undefined && { hint }),
    decisive: effect === podsEffect,
  }
}

/** They describe metrics to autoscalers, and what webhooks answer. */
const scriptKinds: ReadonlySet<string> = new Set(['Load.seatrial.dev', 'Webhook.seatrial.dev'])

function effectOn(object: KubeObject, operators: readonly Operator[]): string | undefined {
  if (operators.some(operator => reads(operator, object))) return undefined
  if (scriptKinds.has(kindKeyOf(object))) return undefined
  if (isMutation(object)) return asksProvider(object) ? providerEffect : undefined
  if (isBuiltIn(object)) return idleKinds.get(object.kind)
  // The API server refuses it: that is a finding of its own.
  if (!isServed(object.apiVersion, object.kind)) return undefined
  return makesPods(object) ? podsEffect : keptEffect
}

/** Gatekeeper's mutators, its Config, and the configuration of the webhook that applies them. */
function isMutation({ apiVersion, webhooks }: KubeObject): boolean {
  if (/^(?:mutations|config)\.gatekeeper\.sh\//.test(apiVersion)) return true
  return (
    Array.isArray(webhooks) &&
    webhooks.every(each => (each as { name?: unknown }).name === 'mutation.gatekeeper.sh')
  )
}

/** Whether the value of a mutator comes from a provider of external data. */
function asksProvider({ spec }: KubeObject): boolean {
  return isObject(objectAt(spec, 'parameters', 'assign')['externalData'])
}

function makesPods(object: KubeObject): boolean {
  if (isHelmChart(object)) return true
  const { spec } = object
  const { template, nodeSets, ...rest } = objectAt(spec)
  return (
    isObject(template) ||
    Array.isArray(nodeSets) ||
    // A number: "10Gi" is the size of something else.
    countFields.some(field => typeof rest[field] === 'number')
  )
}
