// The descheduler as a component: one cycle when its pod starts, and one at each interval after.
// Upstream: descheduler v0.36.0 pkg/descheduler/descheduler.go (RunDeschedulerStrategies).

import { load } from 'js-yaml'
import type { ApiRequest, ApiResponse } from '../../apiserver/request.ts'
import type { Actor, Forkable, Turn } from '../../engine/actor.ts'
import type { ConfigMap, Container, Pod } from '../../kube/generated/types.ts'
import { parseDuration } from '../../kube/duration.ts'
import { keyFrom, keyOf, type KubeObject } from '../../kube/object.ts'
import {
  flagOf,
  type PlatformProgram,
  processIn,
  runsProgram,
  type SettingsNote,
  settingsTopic,
} from '../program.ts'
import { runCycle } from './descheduler.ts'
import { loadPolicy } from './policy.ts'
import type { CycleLog, DeschedulerWorld } from './world.ts'

const name = 'descheduler'
const watches = [
  'ConfigMap',
  'Namespace',
  'Node',
  'PersistentVolumeClaim',
  'Pod',
  'PriorityClass',
] as const

export const descheduler = {
  name,
  doc: 'Evicts pods by its policy, at its interval or as a Job, while a pod of its own runs.',
  actors: ({ objects }) => (runsProgram(objects, name) ? [actor] : []),
} satisfies PlatformProgram

/** The processes of the program that are, or were, at work. */
class DeschedulerState implements Forkable {
  readonly working: Set<string>

  constructor(working: Iterable<string> = []) {
    this.working = new Set(working)
  }

  fork(): this {
    return new DeschedulerState(this.working) as this
  }
}

interface Wake {
  readonly key: string
  readonly id: string
}

const actor: Actor<DeschedulerState> = {
  name,
  watches,
  identity: ({ working }) => [...working],
  start: () => new DeschedulerState(),
  deliver: (turn, { working }, changes) => {
    for (const { kind, after } of changes) {
      if (kind !== 'Pod' || after === undefined) continue
      const pod = after as Pod
      const id = processIn(pod, [name])?.id
      if (id === undefined || working.has(id)) continue
      working.add(id)
      turn.wakeAfter(0, { key: keyOf(pod.metadata), id } satisfies Wake)
    }
  },
  wake: (turn, _, payload) => {
    const { key, id } = payload as Wake
    const pod = turn.view.get<Pod & KubeObject>('Pod', key)
    const process = pod && processIn(pod, [name])
    if (pod === undefined || process?.id !== id) return
    const { container } = process
    const log = cycle(turn, pod, container)
    const intervalMs = parseDuration(flagOf(container, 'descheduling-interval') ?? '0') ?? 0
    // Where nothing was evicted, nothing but a calendar is waiting for the next cycle.
    const isAtRest = log === undefined || log.evictions.length === 0
    if (intervalMs > 0) turn.wakeAfter(intervalMs, payload, isAtRest)
  },
}

/** Loads the policy and runs it once; undefined when it cannot run. */
function cycle(turn: Turn, pod: Pod, container: Container): CycleLog | undefined {
  const path = flagOf(container, 'policy-config-file') ?? ''
  const file = mountedFile(turn, pod, { container, path })
  const world = worldOf(turn)
  const refuse = (message: string): undefined => {
    const note: SettingsNote = { ...(file?.source ?? ownRef(pod)), message }
    turn.note(settingsTopic, note)
    return undefined
  }
  const parsed = parse(file?.text)
  if (!parsed.ok) return refuse(parsed.error)
  const loaded = loadPolicy(parsed.value, world, path)
  if (!loaded.ok) return refuse(loaded.error)
  const { gracePeriodSeconds } = loaded.policy
  const result = runCycle({ ...world, evict: evictor(turn, gracePeriodSeconds) }, loaded.policy)
  if (result.type === 'broken') return refuse(result.error)
  if (result.type === 'skipped') return undefined
  for (const { pod: about, type, reason, note: message } of result.log.events) {
    turn.emit({ object: about as Pod & KubeObject, type, reason, message })
  }
  return result.log
}

function ownRef({ metadata }: Pod): { readonly kind: string; readonly key: string } {
  return { kind: 'Pod', key: keyOf(metadata) }
}

function parse(
  text: string | undefined,
): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: string } {
  if (text === undefined) return { ok: true, value: undefined }
  try {
    return { ok: true, value: load(text) }
  } catch (error) {
    const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    return { ok: false, error: `the policy is not YAML: ${message}` }
  }
}

interface MountedFile {
  readonly text: string
  readonly source: { readonly kind: string; readonly key: string }
}

/** The text that a container finds at a path, where a ConfigMap is mounted there. */
function mountedFile(
  { view }: Turn,
  { metadata, spec }: Pod,
  { container, path }: { readonly container: Container; readonly path: string },
): MountedFile | undefined {
  for (const { name: volumeName, mountPath } of container.volumeMounts ?? []) {
    const folder = mountPath.endsWith('/') ? mountPath : `${mountPath}/`
    if (!path.startsWith(folder)) continue
    const volume = spec?.volumes?.find(each => each.name === volumeName)?.configMap
    if (volume === undefined) continue
    const file = path.slice(folder.length)
    const item = volume.items?.find(each => each.path === file)
    const key = keyFrom(metadata.namespace, volume.name ?? '')
    const map = view.get<ConfigMap & KubeObject>('ConfigMap', key)
    const text = map?.data?.[item?.key ?? file]
    if (text !== undefined) return { text, source: { kind: 'ConfigMap', key } }
  }
  return undefined
}

function worldOf({ view, nowMs }: Turn): DeschedulerWorld {
  const list = (kind: string): never => view.list(kind) as never
  return {
    nodes: list('Node'),
    pods: list('Pod'),
    namespaces: list('Namespace'),
    persistentVolumeClaims: list('PersistentVolumeClaim'),
    priorityClasses: list('PriorityClass'),
    nowMs,
    evict: () => 'nothing is evicted while settings are read',
  }
}

/** Evicts through the API, with the grace of the policy. */
function evictor(turn: Turn, gracePeriodSeconds: number | undefined): DeschedulerWorld['evict'] {
  return ({ metadata }) => {
    const { namespace = '', name: pod = '' } = metadata
    const request: ApiRequest = {
      verb: 'evict',
      target: { kind: 'Pod', namespace, name: pod },
      ...(gracePeriodSeconds !== undefined && { options: { gracePeriodSeconds } }),
    }
    const response = turn.submit(request) as ApiResponse
    return response.ok ? undefined : response.status.message
  }
}
