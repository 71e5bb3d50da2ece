// What of a Rollout the twin does not act out: told, never passed over.

import { analysesOf } from './analysis/templates.ts'
import { routersOf } from './traffic.ts'
import type { CanaryStrategy, Rollout } from './types.ts'
import type { RolloutsVersion } from './version.ts'

/** All such parts; a text that begins with `cannot` keeps the Rollout from being acted out. */
export function unmodelledPart(rollout: Rollout, version: RolloutsVersion): string | undefined {
  const { spec = {} } = rollout
  const { canary, blueGreen } = spec.strategy ?? {}
  if (canary === undefined && blueGreen === undefined) return 'cannot act: its strategy is unknown'
  if (spec.template === undefined && spec.workloadRef === undefined) {
    return 'cannot act: it has no pod template'
  }
  if (canary?.pingPong !== undefined) return 'cannot act: pingPong is not modelled'
  const parts = [
    stepPart(canary),
    metadataPart(rollout),
    argumentPart(rollout),
    routerPart(rollout),
    version.abortsByStep ? abortPart(canary) : undefined,
  ]
  const told = parts.filter(part => part !== undefined)
  return told.length === 0 ? undefined : told.join('; ')
}

function stepPart(canary: CanaryStrategy | undefined): string | undefined {
  const steps = (canary?.steps ?? []).flatMap(step => Object.keys(step))
  const step = ['experiment', 'plugin'].find(kind => steps.includes(kind))
  return step && `its step ${step} is not modelled: the update stops there`
}

function metadataPart({ spec }: Rollout): string | undefined {
  const { canary, blueGreen } = spec?.strategy ?? {}
  const metadata = [
    canary?.canaryMetadata ?? canary?.stableMetadata,
    blueGreen?.previewMetadata ?? blueGreen?.activeMetadata,
  ]
  if (metadata.every(each => each === undefined)) return undefined
  return 'its pods do not get the metadata of their role: that is not modelled'
}

function argumentPart(rollout: Rollout): string | undefined {
  const args = analysesOf(rollout).flatMap(({ analysis }) => analysis.args ?? [])
  const names = args.flatMap(({ name, valueFrom }) => (valueFrom?.fieldRef ? [name] : []))
  if (names.length === 0) return undefined
  return `its analysis gets nothing for ${[...new Set(names)].join(', ')}: fieldRef is not modelled`
}

function routerPart(rollout: Rollout): string | undefined {
  const [router] = routersOf(rollout)
  return router && `the weights are in its status only: its router (${router}) is not modelled`
}

/** GetDesiredCanaryWeight of v1.9: the weights of the steps, in reverse order. */
function abortPart(canary: CanaryStrategy | undefined): string | undefined {
  if (canary?.dynamicStableScale !== true) return undefined
  if (!(canary.steps ?? []).some(({ setWeight }) => setWeight !== undefined)) return undefined
  return 'an abort goes by the available stable pods: dynamicStableScale by its steps is not modelled'
}
