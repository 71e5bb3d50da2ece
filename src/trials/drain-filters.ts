// Which pods of a node a drain moves, leaves, or refuses to touch.
// Upstream: kubectl pkg/drain/filters.go, v0.36.3.

import type { World } from '../engine/world.ts'
import { nodeNameIndex } from '../controllers/indexes.ts'
import type { Pod } from '../kube/generated/types.ts'
import { matches } from '../kube/label-selector.ts'
import { parseSelector } from '../kube/label-selector-text.ts'
import { controllerOf, keyFrom, keyOf, type KubeObject } from '../kube/object.ts'

/** Flags of `kubectl drain` that decide which pods are in its way. */
export interface DrainFilters {
  readonly ignoreDaemonSets?: boolean
  readonly deleteEmptyDirData?: boolean
  readonly force?: boolean
  /** Only pods of this selector are moved; the others stay as if they were not there. */
  readonly podSelector?: string
}

export interface Filtered {
  readonly move: readonly KubeObject[]
  /** Why the drain does not even begin, one text per kind of obstacle. */
  readonly errors: readonly string[]
}

type Flags = Required<Omit<DrainFilters, 'podSelector'>>

type Ruling = 'move' | 'leave' | { readonly error: string }

type Filter = (pod: Pod, world: World, flags: Flags) => Ruling

const fatal = {
  daemonSet: 'DaemonSet-managed Pods (use --ignore-daemonsets to ignore)',
  localStorage: 'Pods with local storage (use --delete-emptydir-data to override)',
  unmanaged: 'Pods that declare no controller (use --force to override)',
} as const

/** Whether the pods of a node can be moved, and which. Unset flags are as in the drain trial: on. */
export function filterPods(world: World, node: string, flags: DrainFilters): Filtered {
  const selector = parseSelector(flags.podSelector ?? '')
  if (!selector.ok) return { move: [], errors: [selector.error] }
  const given = { ignoreDaemonSets: true, deleteEmptyDirData: true, force: true, ...flags }
  const move: KubeObject[] = []
  const refused = new Map<string, string[]>()
  for (const object of world.store.indexed('Pod', nodeNameIndex.name, node)) {
    if (!matches(selector.value, object.metadata.labels)) continue
    const ruling = rulingOn(object as Pod, world, given)
    if (ruling === 'move') move.push(object)
    else if (ruling !== 'leave') {
      const names = refused.get(ruling.error) ?? []
      refused.set(ruling.error, [...names, keyOf(object.metadata)])
    }
  }
  const errors = [...refused].map(([why, names]) => `cannot delete ${why}: ${names.join(', ')}`)
  return { move, errors }
}

// The first filter that does not let a pod go has the last word.
function rulingOn(pod: Pod, world: World, flags: Flags): Ruling {
  for (const filter of filters) {
    const ruling = filter(pod, world, flags)
    if (ruling !== 'move') return ruling
  }
  return 'move'
}

function hasFinished({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed'
}

const daemonSetPods: Filter = (pod, world, { ignoreDaemonSets, force }) => {
  const owner = controllerOf(pod.metadata)
  if (owner?.kind !== 'DaemonSet' || hasFinished(pod)) return 'move'
  const key = keyFrom(pod.metadata.namespace, owner.name)
  if (world.store.get('DaemonSet', key) === undefined) {
    return force ? 'move' : { error: `daemonsets.apps "${owner.name}" not found` }
  }
  return ignoreDaemonSets ? 'leave' : { error: fatal.daemonSet }
}

const mirrorPods: Filter = ({ metadata }) =>
  metadata.annotations?.['kubernetes.io/config.mirror'] === undefined ? 'move' : 'leave'

const localStorage: Filter = (pod, _world, { deleteEmptyDirData }) => {
  const hasEmptyDir = (pod.spec?.volumes ?? []).some(({ emptyDir }) => emptyDir !== undefined)
  if (!hasEmptyDir || hasFinished(pod) || deleteEmptyDirData) return 'move'
  return { error: fatal.localStorage }
}

const unmanagedPods: Filter = (pod, _world, { force }) =>
  hasFinished(pod) || controllerOf(pod.metadata) !== undefined || force
    ? 'move'
    : { error: fatal.unmanaged }

const filters: readonly Filter[] = [daemonSetPods, mirrorPods, localStorage, unmanagedPods]
