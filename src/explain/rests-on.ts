// Which assumptions a finding rests on: with another answer to what nobody said it might not be
// there. The finding says so, with how to say it, and is no error then.

import type { Node, Pod, PersistentVolumeClaim } from '../kube/generated/types.ts'
import { matchNodeSelector } from '../kube/node-affinity.ts'
import { keyFrom } from '../kube/object.ts'
import { nodesOf } from '../trials/platform.ts'
import type { PoolSpec } from '../trials/spec.ts'
import { missingClasses } from '../trials/storage.ts'
import { zoneLabel } from '../trials/zones.ts'
import type { ExplainContext } from './context.ts'
import type { Cause } from './report.ts'

export interface RestsOn {
  /** What is assumed, in a few words. */
  readonly what: string
  readonly cause: Cause
  /** Whether the finding is no error because of it. */
  readonly lowers: boolean
}

type Rule = (context: ExplainContext, cause: Cause) => readonly RestsOn[]

const rules: Readonly<Record<string, Rule>> = {
  'resources-short': onNodes,
  'node-affinity-unmet': onLabels,
  'replicas-exceed-domains': onDomains,
  'spread-unsatisfiable': onZones,
  'pod-warning': onClasses,
  'rejected-by-VolumeBinding': onClasses,
  'rejected-by-VolumeZone': onClasses,
}

/** The assumptions under these causes, each once. */
export function assumptionsUnder(
  context: ExplainContext,
  causes: readonly Cause[],
): readonly RestsOn[] {
  const found = new Map<string, RestsOn>()
  for (const cause of causes) {
    for (const each of rules[cause.code]?.(context, cause) ?? []) found.set(each.what, each)
  }
  return [...found.values()]
}

function rest(what: string, todo: string, lowers = true): RestsOn {
  const text = `it rests on an assumption: ${what}; ${todo}`
  const facts = { assumption: what }
  return { what, lowers, cause: { code: 'assumed', text, facts, locations: [], writers: [] } }
}

const sizeTodo = '--node-size, --pool or seatrial.yaml says how large they are'
const countTodo = '--nodes, --pool or seatrial.yaml says how many there are'

/** Room: the size of the nodes that lack it, and their number. */
function onNodes(context: ExplainContext, { facts }: Cause): readonly RestsOn[] {
  const pools = poolsUnder(context, facts['nodes'])
  const sized = pools.find(({ assumed = [] }) => assumed.includes('size'))
  const counted = pools.find(({ assumed = [] }) => assumed.includes('count'))
  return [
    ...(sized === undefined
      ? []
      : [rest(`nodes of ${sized.cpu} CPU and ${sized.memory}`, sizeTodo)]),
    ...(counted === undefined ? [] : [rest(countText(counted), countTodo)]),
  ]
}

function countText({ count }: PoolSpec): string {
  return `${count} node${count === 1 ? '' : 's'}`
}

const defaultLabels: Readonly<
  Record<string, { readonly field: 'arch' | 'os'; readonly is: string }>
> = {
  'kubernetes.io/arch': { field: 'arch', is: 'amd64' },
  'kubernetes.io/os': { field: 'os', is: 'linux' },
}

/** Labels: nobody said which the nodes carry, or which processor and system they have. */
function onLabels(context: ExplainContext, { facts }: Cause): readonly RestsOn[] {
  const pools = poolsUnder(context, facts['nodes'])
  if (pools.some(({ assumed = [] }) => assumed.includes('labels'))) {
    const todo = '--pool …,labels=key=value or seatrial.yaml says which they carry'
    return [rest('nodes without labels of their own, of amd64 and linux', todo)]
  }
  return labelKeys(context.pod).flatMap(key => {
    const { field, is = '' } = defaultLabels[key] ?? {}
    if (field === undefined || pools.every(pool => pool[field] !== undefined)) return []
    if (isMet(context.pod, key, is)) return []
    return [rest(`nodes of ${is}`, `${field} of a pool in seatrial.yaml says otherwise`)]
  })
}

/** Whether a node with that label satisfies all that the pod asks of it: then no other would. */
function isMet(pod: Pod | undefined, key: string, value: string): boolean {
  const { nodeSelector = {}, affinity } = pod?.spec ?? {}
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  const node = { metadata: { labels: { [key]: value } } } as unknown as Node
  const asked = (required?.nodeSelectorTerms ?? []).flatMap(({ matchExpressions = [] }) =>
    matchExpressions.filter(each => each.key === key),
  )
  return (
    (nodeSelector[key] ?? value) === value &&
    asked.every(
      each => matchNodeSelector({ nodeSelectorTerms: [{ matchExpressions: [each] }] }, node).match,
    )
  )
}

function labelKeys(pod: Pod | undefined): readonly string[] {
  const { nodeSelector = {}, affinity } = pod?.spec ?? {}
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  const terms = required?.nodeSelectorTerms ?? []
  const keys = terms.flatMap(({ matchExpressions = [] }) => matchExpressions.map(({ key }) => key))
  return [...new Set([...Object.keys(nodeSelector), ...keys])]
}

/**
 * Domains: one node each, or one zone each. That three nodes are too few for three replicas to
 * roll stays an error: it says how many it takes, whatever the number is.
 */
function onDomains(context: ExplainContext, cause: Cause): readonly RestsOn[] {
  if (cause.facts['topologyKey'] === zoneLabel) return onZones(context, cause)
  const counted = context.platform.pools.find(({ assumed = [] }) => assumed.includes('count'))
  return counted === undefined ? [] : [rest(countText(counted), countTodo, false)]
}

function onZones({ platform, pod }: ExplainContext, { facts }: Cause): readonly RestsOn[] {
  const spread = pod?.spec?.topologySpreadConstraints ?? []
  const isOverZones =
    facts['topologyKey'] === zoneLabel ||
    spread.some(
      ({ topologyKey, whenUnsatisfiable }) =>
        topologyKey === zoneLabel && whenUnsatisfiable === 'DoNotSchedule',
    )
  if (!isOverZones || (platform.zonesAssumedFor ?? 0) === 0) return []
  return [rest('nodes in zones a, b and c in turn', '--zones names them')]
}

/** Volumes of a class that no file defines: that they attach to one node at a time. */
function onClasses(context: ExplainContext, { code, facts }: Cause): readonly RestsOn[] {
  if (code === 'pod-warning' && facts['reason'] !== 'FailedAttachVolume') return []
  const objects = context.platform.objects.map(({ object }) => object)
  const assumed = new Set(missingClasses(objects).map(({ metadata }) => metadata.name ?? ''))
  if (assumed.size === 0) return []
  return classesOf(context, facts['pod'])
    .filter(name => assumed.has(name))
    .map(name =>
      rest(
        `StorageClass ${name}, whose volumes attach to one node at a time`,
        'add the class to the files (volumes of rancher.io/local-path stay on their node)',
      ),
    )
}

/** Classes of the claims that the pod mounts. */
function classesOf({ world, pod }: ExplainContext, key: unknown): readonly string[] {
  const named = typeof key === 'string' ? (world.store.get('Pod', key) as Pod | undefined) : pod
  const { namespace = '', name: podName = '' } = named?.metadata ?? {}
  const claims = (named?.spec?.volumes ?? []).flatMap(
    ({ name, persistentVolumeClaim, ephemeral }) => {
      const own = ephemeral === undefined ? [] : [`${podName}-${name}`]
      return persistentVolumeClaim === undefined ? own : [persistentVolumeClaim.claimName]
    },
  )
  return claims.flatMap(name => {
    const claim = world.store.get('PersistentVolumeClaim', keyFrom(namespace, name))
    return (claim as PersistentVolumeClaim | undefined)?.spec?.storageClassName ?? []
  })
}

/** The pools of the given nodes. */
function poolsUnder({ platform }: ExplainContext, nodes: unknown): readonly PoolSpec[] {
  const names = new Set(Array.isArray(nodes) ? nodes.map(String) : [])
  const pools = platform.pools.flatMap(pool => Array.from({ length: pool.count }, () => pool))
  const found = nodesOf(platform).flatMap(({ metadata: { name = '' } }, index) => {
    const pool = pools[index]
    return names.has(name) && pool !== undefined ? [pool] : []
  })
  return [...new Set(found)]
}
