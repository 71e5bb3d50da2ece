// One look of the cluster autoscaler at the cluster. Upstream: cluster-autoscaler 1.36.1
// core/static_autoscaler.go (RunOnce).

import type { Turn } from '../../engine/actor.ts'
import type { Container, Pod } from '../../kube/generated/types.ts'
import { isRunning, type NodeGroup, programContainer } from '../program.ts'
import { scaleUp } from './grow.ts'
import { sceneOf } from './scene.ts'
import { boundedGroups, settingsOf } from './settings.ts'
import { drainOn, scaleDown } from './shrink.ts'
import { type AutoscalerState, programName } from './state.ts'

/** Looks once, acts, and plans the next look where time alone may bring something new. */
export function scan(turn: Turn, state: AutoscalerState, given: readonly NodeGroup[]): void {
  const container = ownContainer(turn)
  if (container === undefined) return
  const settings = settingsOf(container)
  state.scanMs = settings.scanMs
  const scene = sceneOf(turn, state, { settings, groups: boundedGroups(given, container) })
  const isGrowing = scaleUp(scene)
  if (settings.isScaleDownOn && !isGrowing) scaleDown(scene)
  drainOn(scene)
}

function ownContainer({ view }: Turn): Container | undefined {
  for (const pod of view.list('Pod') as readonly Pod[]) {
    const container = isRunning(pod) ? programContainer(pod.spec, programName) : undefined
    if (container !== undefined) return container
  }
  return undefined
}
