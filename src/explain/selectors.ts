// Selectors that mean other pods than their author had in mind: Services that find none, workloads
// and budgets that lay hands on each other's. The API server takes them all without a word.

import { objectAt } from '../admission/gatekeeper/mutator.ts'
import type { Location, Problem } from '../base/problem.ts'
import { refText } from '../checks/life.ts'
import { containsLabels, type Labels, selectorMatches } from '../kube/label-selector.ts'
import type { LabelSelector } from '../kube/generated/types.ts'
import type { KubeObject } from '../kube/object.ts'
import type { Platform, PlatformObject } from '../trials/platform.ts'
import { refOf } from '../trials/voyage.ts'
import { unmodelledIn } from './unmodelled.ts'

type Text = Pick<Problem, 'what' | 'why' | 'todo'>

/** Something that makes pods, or is one. */
interface Maker {
  readonly item: PlatformObject
  readonly labels: Labels
  /** Absent: it holds its pods by name alone. */
  readonly selector?: LabelSelector
}

/** A warning for each selector, in the order of the input. */
export function selectorProblems(platform: Platform): readonly Problem[] {
  const makers = platform.objects.flatMap(makerOf)
  return [
    ...overlapping(platform, makers),
    ...shared(platform, makers),
    ...finding(platform, makers),
  ]
}

function problem(item: PlatformObject, path: string, text: Text): Problem {
  const object = refText(refOf(item.object))
  return { code: 'ST0155', severity: 'warning', location: item.locate(path), object, ...text }
}

const holding: ReadonlySet<string> = new Set([
  'DaemonSet',
  'Deployment',
  'ReplicaSet',
  'ReplicationController',
  'StatefulSet',
])

function makerOf(item: PlatformObject): readonly Maker[] {
  const { kind, metadata, spec } = item.object
  const fields = objectAt(spec)
  if (kind === 'Pod') return [{ item, labels: metadata.labels ?? {} }]
  const job = objectAt(fields['jobTemplate'], 'spec')
  const template = objectAt((kind === 'CronJob' ? job : fields)['template'], 'metadata')
  const labels = objectAt(template['labels']) as Labels
  if (kind === 'Job' || kind === 'CronJob') return [{ item, labels }]
  if (!holding.has(kind)) return []
  const selector = objectAt(fields['selector'])
  const isPlain = kind === 'ReplicationController'
  return [{ item, labels, selector: isPlain ? { matchLabels: selector as Labels } : selector }]
}

function namespaceOf({ object }: PlatformObject): string {
  return object.metadata.namespace ?? 'default'
}

function nameOf({ item }: Maker): string {
  return refText(refOf(item.object))
}

function placeOf(location: Location): string {
  return location.line === undefined ? location.file : `${location.file}:${location.line}`
}

/**
 * Workloads that select the pods of others. Where only one of two does, it is told when something
 * counts pods by that selector: by itself the workload knows its own by their owner.
 */
function overlapping({ objects }: Platform, makers: readonly Maker[]): readonly Problem[] {
  return makers.flatMap(maker => {
    const { item } = maker
    const isCounted = objects.some(({ object }) => targets(object, item.object))
    const others = makers.filter(
      other => selects(maker, other) && (isCounted || selects(other, maker)),
    )
    const [first] = others
    if (first === undefined) return []
    return problem(item, 'spec.selector', {
      what: `its selector selects the pods of ${others.map(nameOf).join(', ')} as well`,
      why:
        'each leaves the pods of the other alone as long as they have an owner, but autoscalers, ' +
        'budgets and kubectl count them all, and pods without an owner go to either ' +
        `(${placeOf(first.item.locate('spec.template.metadata.labels'))})`,
      todo: 'give each workload a label of its own, in its selector and in its template',
    })
  })
}

function selects({ item, selector }: Maker, other: Maker): boolean {
  if (selector === undefined || other.selector === undefined || isEmpty(selector)) return false
  const isSame = nameOf(other) === refText(refOf(item.object))
  return (
    !isSame &&
    namespaceOf(other.item) === namespaceOf(item) &&
    selectorMatches(selector, other.labels)
  )
}

/** Whether an autoscaler scales the workload: it averages over all pods of its selector. */
function targets({ kind, metadata, spec }: KubeObject, workload: KubeObject): boolean {
  if (kind !== 'HorizontalPodAutoscaler') return false
  const target = objectAt(spec, 'scaleTargetRef')
  return (
    metadata.namespace === workload.metadata.namespace &&
    target['kind'] === workload.kind &&
    target['name'] === workload.metadata.name
  )
}

function isEmpty({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean {
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0
}

/** Budgets over the pods of several workloads, where that changes what they allow. */
function shared({ objects }: Platform, makers: readonly Maker[]): readonly Problem[] {
  return objects.flatMap(item => {
    if (item.object.kind !== 'PodDisruptionBudget') return []
    const { selector, maxUnavailable, minAvailable } = objectAt(item.object['spec'])
    const selected = makers.filter(
      each =>
        each.selector !== undefined &&
        namespaceOf(each.item) === namespaceOf(item) &&
        selectorMatches(objectAt(selector) as LabelSelector, each.labels),
    )
    if (selected.length < 2) return []
    const field = maxUnavailable === undefined ? 'minAvailable' : 'maxUnavailable'
    const value = String(maxUnavailable ?? minAvailable)
    return problem(item, `spec.${field}`, {
      what: `it counts the pods of ${selected.map(nameOf).join(' and ')} together`,
      why:
        `${field}: ${value} is held by the sum: all pods of one of them may be away while ` +
        'the others make up for it',
      todo: 'write one PodDisruptionBudget for each',
    })
  })
}

/** Services whose pods are in none of the files; operators may bring them where there are any. */
function finding(platform: Platform, makers: readonly Maker[]): readonly Problem[] {
  const { objects } = platform
  if (unmodelledIn(platform).some(({ decisive }) => decisive)) return []
  return objects.flatMap(item => {
    const { kind, spec } = item.object
    const { selector, type } = objectAt(spec)
    const labels = objectAt(selector) as Labels
    if (kind !== 'Service' || type === 'ExternalName') return []
    // What a cluster itself runs there is in nobody's files.
    if (Object.keys(labels).length === 0 || namespaceOf(item) === 'kube-system') return []
    const near = makers.filter(each => namespaceOf(each.item) === namespaceOf(item))
    if (near.some(each => containsLabels(each.labels, labels))) return []
    // Programs label their own pods while they run (`vault-active`): only where a template has
    // labels of the same names is another value a mistake.
    const names = Object.keys(labels)
    if (!near.some(each => names.every(name => name in each.labels))) return []
    const wanted = Object.entries(labels).map(([name, value]) => `${name}=${value}`)
    return problem(item, 'spec.selector', {
      what: `no workload of its namespace makes pods with ${wanted.join(', ')}`,
      why: 'its EndpointSlices stay empty, and every request to it fails',
      todo: 'correct the labels, or name the file of the workload',
    })
  })
}
