// Which workloads of the platform no placement rule reaches: where mutators or an operator's
// resource send pods to nodes of their own, those whose pods would go anywhere all the same.

import { isExcluded } from '../admission/gatekeeper/installed.ts'
import { type Mutator, mutatorGroup, objectAt, textsOf } from '../admission/gatekeeper/mutator.ts'
import { build, MutationSystem } from '../admission/gatekeeper/system.ts'
import { compareStrings } from '../base/compare.ts'
import type { Problem } from '../base/problem.ts'
import { refText } from '../checks/life.ts'
import type { World } from '../engine/world.ts'
import type { NodeSelectorTerm, PodSpec } from '../kube/generated/types.ts'
import { controllerOf, type KubeObject } from '../kube/object.ts'
import { isObject } from '../kube/patch/json.ts'
import type { Platform } from '../trials/platform.ts'
import { refOf } from '../trials/voyage.ts'
import { podSpecOf } from '../trials/written.ts'
import { makingOf } from './origins.ts'
import { mutatorText } from './writers.ts'

/** A mutator that decides on which nodes pods may be. */
interface Rule {
  readonly mutator: Mutator
  /** Labels that nodes must have, or must not have. */
  readonly keys: readonly string[]
  readonly isOff: boolean
}

const kinds = ['CronJob', 'DaemonSet', 'Deployment', 'Job', 'StatefulSet'] as const

/** A warning for each reason for which workloads are not placed; none without placement rules. */
export function coverageIn(platform: Platform, world: World): readonly Problem[] {
  const mutators = mutatorsOf(platform)
  const rules = mutators.flatMap(mutator => ruleOf(mutator) ?? [])
  const on = rules.filter(({ isOff }) => !isOff)
  const off = rules.filter(({ isOff }) => isOff)
  if (on.length === 0) return []
  const keys = new Set(rules.flatMap(rule => rule.keys))
  const system = new MutationSystem()
  for (const { source } of mutators) system.upsert(source)
  const left = kinds
    .flatMap(kind => world.store.list(kind))
    .filter(object => controllerOf(object.metadata) === undefined || isKept(platform, object))
    .filter(({ metadata: { namespace = '' } }) => !namespace.startsWith('kube-'))
    .flatMap(object => {
      const { template, pod } = lastPod(object, { world, system })
      const looking = { world, on, off, platform, keys }
      const why = isDecided(pod, keys)
        ? undoneBy({ template, pod }, looking)
        : reasonFor(object, looking)
      return why === undefined ? [] : [{ object, why }]
    })
  return told(platform, left)
}

function mutatorsOf({ objects }: Platform): readonly Mutator[] {
  return objects.flatMap(({ object }) => {
    if (!object.apiVersion.startsWith(`${mutatorGroup}/`)) return []
    const built = build(object)
    return typeof built === 'string' ? [] : [built]
  })
}

function isKept(platform: Platform, object: KubeObject): boolean {
  return makingOf(platform, refOf(object)) !== undefined
}

/** What a mutator of node selectors or node affinity says. */
function ruleOf(mutator: Mutator): Rule | undefined {
  const last = mutator.path.findLast(({ type }) => type === 'Object')
  const field = last?.type === 'Object' ? last.reference : ''
  const { value } = objectAt(mutator.source, 'spec', 'parameters', 'assign')
  if (!isObject(value)) return undefined
  if (field === 'nodeSelector') return { mutator, keys: Object.keys(value), isOff: false }
  const affinity = field === 'nodeAffinity' ? value : objectAt(value, 'nodeAffinity')
  const required = objectAt(affinity, 'requiredDuringSchedulingIgnoredDuringExecution')
  const terms = required['nodeSelectorTerms']
  if (!Array.isArray(terms)) return undefined
  const asked = (terms as readonly NodeSelectorTerm[]).flatMap(
    ({ matchExpressions = [] }) => matchExpressions,
  )
  const isOff = asked.every(({ operator }) => operator === 'NotIn' || operator === 'DoesNotExist')
  return { mutator, keys: asked.map(({ key }) => key), isOff }
}

interface Admitting {
  readonly world: World
  readonly system: MutationSystem
}

/** A pod on its way: in the template of its owner, and as it would be stored. */
interface OnItsWay {
  readonly template: PodSpec
  readonly pod: PodSpec
}

/** The pods of a workload: each owner on the way is mutated as well. */
function lastPod(object: KubeObject, admitting: Admitting): OnItsWay {
  const inner =
    object.kind === 'CronJob'
      ? ownedBy(object, 'batch/v1', 'Job', objectAt(object, 'spec', 'jobTemplate'))
      : object.kind === 'Deployment'
        ? { ...object, kind: 'ReplicaSet' }
        : object
  const owner = admitted(inner, admitting)
  const made = ownedBy(owner, 'v1', 'Pod', objectAt(owner, 'spec', 'template'))
  return {
    template: podSpecOf(made) as unknown as PodSpec,
    pod: podSpecOf(admitted(made, admitting)) as unknown as PodSpec,
  }
}

function ownedBy(
  { metadata }: KubeObject,
  apiVersion: string,
  kind: string,
  template: Readonly<Record<string, unknown>>,
): KubeObject {
  const { namespace, name = '' } = metadata
  const labels = objectAt(template, 'metadata', 'labels') as Record<string, string>
  const own = { generateName: `${name}-`, labels, ...(namespace !== undefined && { namespace }) }
  return { apiVersion, kind, metadata: own, spec: template['spec'] }
}

function admitted(object: KubeObject, { world, system }: Admitting): KubeObject {
  const { store } = world
  const { namespace = '' } = object.metadata
  if (isExcluded({ get: (kind, key) => store.get(kind, key) }, namespace)) return object
  const within = store.get('Namespace', namespace)
  const arrival = { object, namespace: within, operation: 'CREATE', source: 'Original' }
  return system.mutate(arrival).object ?? object
}

/** Whether the pod says anything about one of the labels, for or against. */
function isDecided({ nodeSelector = {}, affinity }: PodSpec, keys: ReadonlySet<string>): boolean {
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  const asked = (required?.nodeSelectorTerms ?? []).flatMap(({ matchExpressions = [] }) =>
    matchExpressions.map(({ key }) => key),
  )
  return [...Object.keys(nodeSelector), ...asked].some(key => keys.has(key))
}

interface Looking {
  readonly world: World
  readonly on: readonly Rule[]
  readonly off: readonly Rule[]
  readonly keys: ReadonlySet<string>
  readonly platform: Platform
}

/** Whether the pod asks for nodes with one of the labels. */
function asksFor({ nodeSelector = {}, affinity }: PodSpec, keys: ReadonlySet<string>): boolean {
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  const asked = (required?.nodeSelectorTerms ?? []).flatMap(({ matchExpressions = [] }) =>
    matchExpressions.flatMap(({ key, operator }) =>
      operator === 'In' || operator === 'Exists' ? [key] : [],
    ),
  )
  return [...Object.keys(nodeSelector), ...asked].some(key => keys.has(key))
}

/** The mutator that sends pods away whose template was sent to the nodes; undefined for others. */
function undoneBy(
  { template, pod }: OnItsWay,
  { off, keys, platform }: Looking,
): string | undefined {
  if (!asksFor(template, keys) || asksFor(pod, keys)) return undefined
  const names = off.map(({ mutator: { kind, name } }) => mutatorText(platform, kind, name).text)
  return `its template asks for them, and ${names.join(', ')} puts the opposite into its pods`
}

/** Why the rules that place workloads do not reach this one. */
function reasonFor(object: KubeObject, { world, on, platform }: Looking): string {
  const { namespace = '' } = object.metadata
  const { store } = world
  if (isExcluded({ get: (kind, key) => store.get(kind, key) }, namespace)) {
    return `Gatekeeper leaves namespace ${namespace} alone (Config gatekeeper-system/config)`
  }
  const names = on.map(({ mutator: { kind, name } }) => `${kind} ${name}`)
  const leaving = on.filter(({ mutator: { match } }) =>
    match.excludedNamespaces.includes(namespace),
  )
  const isFor = ({ mutator: { applyTo = [] } }: Rule): boolean =>
    applyTo.some(each => each.kinds.includes(object.kind))
  const first = (leaving.find(isFor) ?? leaving[0])?.mutator
  if (first !== undefined) {
    const { text } = mutatorText(platform, first.kind, first.name)
    return `namespace ${namespace} is left out by ${text}`
  }
  const applied = new Set(
    on.flatMap(({ mutator }) =>
      (mutator.applyTo ?? []).flatMap(({ kinds: each }) => textsOf(each)),
    ),
  )
  if (!applied.has(object.kind)) return `no rule is for a ${object.kind}: ${names.join(', ')}`
  return `no rule matches it: ${names.join(', ')}`
}

interface Left {
  readonly object: KubeObject
  readonly why: string
}

function told({ objects }: Platform, left: readonly Left[]): readonly Problem[] {
  const groups = new Map<string, KubeObject[]>()
  for (const { object, why } of left) {
    const known = groups.get(why)
    if (known === undefined) groups.set(why, [object])
    else known.push(object)
  }
  return [...groups].map(([why, members]) => {
    const names = members.map(each => refText(refOf(each))).sort(compareStrings)
    const [first = '', ...others] = names
    const written = objects.find(({ object }) => refText(refOf(object)) === first)
    const more = others.length === 0 ? '' : ` (and ${others.length} more: ${others.join(', ')})`
    return {
      code: 'ST0152',
      severity: 'warning' as const,
      ...(written !== undefined && { location: written.locate('metadata.name') }),
      object: first,
      what: `it does not get to the platform's nodes${more}: ${why}`,
      why: 'other workloads of the platform are sent to nodes of their own; its pods go elsewhere',
      todo: 'give it a nodeSelector of its own, or take it into a rule, if it should go there too',
    }
  })
}
