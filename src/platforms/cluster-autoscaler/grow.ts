// Asks the cloud for nodes. Upstream: cluster-autoscaler 1.36.1 core/static_autoscaler.go,
// core/podlistprocessor, processors/status.

import type { Pod } from '../../kube/generated/types.ts'
import type { KubeObject } from '../../kube/object.ts'
import { isBeingDeleted, podCondition } from '../../kube/pod.ts'
import { decideScaleUp, type ScaleUp, type SizedGroup } from './scale-up.ts'
import { namesOf, type Scene, sizeOf } from './scene.ts'
import { provisionMs, type Wake } from './state.ts'

/** Asks for nodes where some group helps; true while nodes are on their way or were asked for. */
export function scaleUp(scene: Scene): boolean {
  const { turn, state, settings, groups, nodes } = scene
  const pods = waitingPods(scene)
  if (pods.length === 0) return state.upcoming.size > 0
  const sized = groups.map((group): SizedGroup => ({ group, size: sizeOf(scene, group) }))
  const total = nodes.length + state.upcoming.size
  const room = settings.nodesTotalMax > 0 ? settings.nodesTotalMax - total : Number.MAX_SAFE_INTEGER
  const { expanders } = settings
  const daemonSets = turn.view.list('DaemonSet') as never
  const { snapshot } = scene
  const input = { snapshot, pods, groups: sized, daemonSets, expanders, nowMs: turn.nowMs }
  const decided = room > 0 ? decideScaleUp({ ...input, room }) : limited(pods)
  tell(scene, decided)
  if (decided.grown !== undefined) order(scene, decided.grown)
  return decided.grown !== undefined || state.upcoming.size > 0
}

function limited(pods: readonly Pod[]): ScaleUp {
  const why = 'max total nodes in cluster reached'
  return { helped: [], refused: new Map(pods.map(pod => [pod, why])) }
}

/** Pods that the scheduler found no node for, but for those that a node takes by now or soon. */
function waitingPods({ pods, settings, snapshot }: Scene): readonly Pod[] {
  const waiting = pods.filter(pod => {
    const condition = podCondition(pod, 'PodScheduled')
    const isRefused = condition?.status === 'False' && condition.reason === 'Unschedulable'
    return isRefused && !isBeingDeleted(pod) && (pod.spec?.priority ?? 0) >= settings.priorityCutoff
  })
  return waiting.filter(pod => snapshot.scheduleAnywhere(pod, () => true) === undefined)
}

function tell({ turn, state }: Scene, { grown, helped, refused }: ScaleUp): void {
  const say = (pod: Pod, reason: string, message: string): void => {
    const { uid = '' } = pod.metadata
    if (state.said.get(uid) === message) return
    state.said.set(uid, message)
    turn.emit({ object: pod as Pod & KubeObject, type: 'Normal', reason, message })
  }
  for (const [pod, why] of refused) {
    say(pod, 'NotTriggerScaleUp', `pod didn't trigger scale-up: ${why}`)
  }
  if (grown === undefined) return
  const { group, from, to } = grown
  const info = `[{${group.name} ${from}->${to} (max: ${group.max})}]`
  for (const pod of helped) say(pod, 'TriggeredScaleUp', `pod triggered scale-up: ${info}`)
}

/** Asks the cloud for nodes under the first names that are free. */
function order({ turn, state, nodes }: Scene, { group, from, to }: NonNullable<ScaleUp['grown']>) {
  const taken = new Set(nodes.map(({ metadata }) => metadata.name ?? ''))
  let missing = to - from
  for (const [name, index] of namesOf(group)) {
    const coming = `${group.name} ${index}`
    if (missing === 0) break
    if (taken.has(name) || state.upcoming.has(coming)) continue
    missing -= 1
    state.upcoming.add(coming)
    turn.wakeAfter(provisionMs, { type: 'node', group: group.name, index } satisfies Wake)
  }
  state.lastAddMs = turn.nowMs
}
