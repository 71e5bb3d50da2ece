// The cluster-proportional-autoscaler as a component: polls when its container starts and, at its
// period, whenever something it goes by changed. Upstream: cluster-proportional-autoscaler v1.10.3
// pkg/autoscaler/autoscaler_server.go.

import type { Actor, Turn } from '../../engine/actor.ts'
import type { Change } from '../../engine/store.ts'
import type { Deployment, Node, Pod } from '../../kube/generated/types.ts'
import { keyFrom, keyOf, type KubeObject } from '../../kube/object.ts'
import {
  type PlatformProgram,
  processIn,
  runsProgram,
  type SettingsNote,
  settingsTopic,
} from '../program.ts'
import { countsDifferently } from './cluster-size.ts'
import { poll } from './poll.ts'
import { settingsOf } from './settings.ts'
import { type AutoscalerProcess, AutoscalerState, planPoll, pollAtOnce } from './state.ts'

const name = 'cluster-proportional-autoscaler'
/** Images of older releases end in the architecture. */
const names = [
  name,
  ...['amd64', 'arm', 'arm64', 'ppc64le', 's390x'].map(arch => `${name}-${arch}`),
]
const watches = [
  'ConfigMap',
  'Deployment',
  'Node',
  'Pod',
  'ReplicaSet',
  'ReplicationController',
] as const

export const clusterProportionalAutoscaler = {
  name,
  doc: 'Scales workloads, such as DNS, with the nodes and cores of the cluster, by its ConfigMap.',
  actors: ({ objects }) => (names.some(each => runsProgram(objects, each)) ? [actor] : []),
} satisfies PlatformProgram

const actor: Actor<AutoscalerState> = {
  name,
  watches,
  identity: state => state.identity(),
  start: () => new AutoscalerState(),
  deliver: (turn, state, changes) => {
    for (const change of changes) {
      if (change.kind === 'Pod') begin(turn, state, change.after as Pod | undefined)
      for (const process of state.processes.values()) {
        if (concerns(change, process)) planPoll(turn, process)
      }
    }
  },
  wake: (turn, state, payload) => {
    const process = state.processes.get(payload as string)
    if (process === undefined) return
    process.pollAtMs = undefined
    const pod = turn.view.get<Pod & KubeObject>('Pod', process.key)
    if (pod === undefined || processIn(pod, names)?.id !== process.id) {
      state.processes.delete(process.id)
      return
    }
    follow(turn, process)
  },
}

/** Takes up a process that has started; one with a wrong command line ends at once. */
function begin(turn: Turn, state: AutoscalerState, pod: Pod | undefined): void {
  const running = pod && processIn(pod, names)
  if (pod === undefined || running === undefined) return
  const { id, container } = running
  if (state.processes.has(id) || state.refused.has(id)) return
  const settings = settingsOf(container, pod)
  const key = keyOf(pod.metadata)
  if (!settings.ok) {
    state.refused.add(id)
    refuse(turn, { kind: 'Pod', key, message: settings.error })
    return
  }
  const started = { id, key, startedMs: turn.nowMs, settings: settings.value }
  const process = { ...started, pollAtMs: undefined, failures: 0 }
  state.processes.set(id, process)
  pollAtOnce(turn, process)
}

/** Polls, and once more at the next tick where that failed. */
function follow(turn: Turn, process: AutoscalerProcess): void {
  const failure = poll(turn, process.settings)
  process.failures = failure === undefined ? 0 : process.failures + 1
  if (failure === undefined) return
  const { about, isPassing, message } = failure
  // What is not there at the first poll may be about to come.
  if (about !== undefined) refuse(turn, { ...about, message })
  else if (!isPassing && process.failures === 2) refuse(turn, { ...ownRef(process), message })
  if (about === undefined) planPoll(turn, process, !isPassing && process.failures > 1)
}

function ownRef({ key }: AutoscalerProcess): { readonly kind: string; readonly key: string } {
  return { kind: 'Pod', key }
}

function refuse(turn: Turn, note: SettingsNote): void {
  turn.note(settingsTopic, note)
}

/** Whether the next poll of a process may come out differently after a change. */
function concerns({ kind, key, before, after }: Change, { settings }: AutoscalerProcess): boolean {
  const { namespace, configMap, targets } = settings
  if (kind === 'Node') {
    return countsDifferently(before as Node | undefined, after as Node | undefined)
  }
  if (kind === 'ConfigMap') return key === keyFrom(namespace, configMap)
  return (
    targets.some(target => target.kind === kind && key === keyFrom(namespace, target.name)) &&
    replicasOf(before) !== replicasOf(after)
  )
}

function replicasOf(object: KubeObject | undefined): number | undefined {
  return (object as Deployment | undefined)?.spec?.replicas
}
