// What of a Rollout the twin does not act out: told, never passed over.

import { routersOf } from './traffic.ts'
import type { Rollout } from './types.ts'

/** The first such part; one that begins with `cannot` keeps the Rollout from being acted out. */
export function unmodelledPart(rollout: Rollout): string | undefined {
  const { spec = {} } = rollout
  const { canary, blueGreen } = spec.strategy ?? {}
  if (canary === undefined && blueGreen === undefined) return 'cannot act: its strategy is unknown'
  if (spec.template === undefined && spec.workloadRef === undefined) {
    return 'cannot act: it has no pod template'
  }
  const steps = (canary?.steps ?? []).flatMap(step => Object.keys(step))
  const step = ['experiment', 'plugin'].find(kind => steps.includes(kind))
  if (step !== undefined) return `its step ${step} is not modelled: the update stops there`
  if (canary?.pingPong !== undefined) return 'cannot act: pingPong is not modelled'
  const metadata = [
    canary?.canaryMetadata ?? canary?.stableMetadata,
    blueGreen?.previewMetadata ?? blueGreen?.activeMetadata,
  ]
  if (metadata.some(each => each !== undefined)) {
    return 'its pods do not get the metadata of their role: that is not modelled'
  }
  const [router] = routersOf(rollout)
  return router && `the weights are in its status only: its router (${router}) is not modelled`
}
