// One look of the cluster autoscaler at the cluster. Upstream: cluster-autoscaler 1.36.1
// core/static_autoscaler.go (RunOnce).

import type { Turn } from '../../engine/actor.ts'
import type { Pod } from '../../kube/generated/types.ts'
import { type NodeGroup, processIn, type ProgramProcess } from '../program.ts'
import { scaleUp } from './grow.ts'
import { sceneOf } from './scene.ts'
import { boundedGroups, settingsOf } from './settings.ts'
import { drainOn, giveUpDrains, scaleDown } from './shrink.ts'
import { type AutoscalerState, programName } from './state.ts'

/** Looks once, acts, and plans the next look where time alone may bring something new. */
export function scan(turn: Turn, state: AutoscalerState, given: readonly NodeGroup[]): void {
  const process = leader(turn, state)
  if (process === undefined) return
  const { id, container } = process
  if (state.process !== id) {
    giveUpDrains(turn, state)
    state.begin(id)
  }
  const settings = settingsOf(container)
  state.scanMs = settings.scanMs
  const scene = sceneOf(turn, state, { settings, groups: boundedGroups(given, container) })
  const isGrowing = scaleUp(scene)
  if (settings.isScaleDownOn && !isGrowing) scaleDown(scene)
  drainOn(scene)
}

/** The process that leads, for as long as it runs; then the first of the others. */
function leader({ view }: Turn, state: AutoscalerState): ProgramProcess | undefined {
  const pods = view.list('Pod') as readonly Pod[]
  const all = pods.flatMap(pod => processIn(pod, [programName]) ?? [])
  return all.find(({ id }) => id === state.process) ?? all[0]
}
