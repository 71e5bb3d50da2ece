// The built triggers of one ScaledObject. Port of KEDA v2.21.0 pkg/scaling/scalers_builder.go and
// performGetScalersCache.

import { type Compiled, compileModifiers } from './modifiers.ts'
import { scalerTypes } from './registry.ts'
import type { Build, Scaler } from './scaler.ts'
import { modifiersOf, type ScaledObject, type Trigger } from './scaled-object.ts'
import type { KedaWorld } from './world.ts'

/** An object that several parts of the program hold on to, and see change. */
export interface Holder {
  object: ScaledObject
}

export interface BuiltTrigger {
  readonly trigger: Trigger
  readonly index: number
  scaler: Scaler
}

export interface ScalersCache {
  readonly holder: Holder
  readonly generation: number
  readonly triggers: readonly BuiltTrigger[]
  readonly compiled?: Compiled
}

/** Builds one trigger; without an event. */
export function buildTrigger(object: ScaledObject, index: number): Build<Scaler> {
  const trigger = object.spec.triggers[index] as Trigger
  const type = scalerTypes.find(each => each.type === trigger.type)
  if (type === undefined) {
    return { ok: false, error: `no scaler found for type: ${trigger.type}` }
  }
  return type.build({
    trigger,
    index,
    namespace: object.metadata.namespace ?? '',
    isMetricSource: modifiersOf(object) !== undefined,
  })
}

/** Builds all of them, with events; a text is the error. */
export function buildScalers(world: KedaWorld, holder: Holder): ScalersCache | string {
  const { object } = holder
  const triggers: BuiltTrigger[] = []
  for (const [index, trigger] of object.spec.triggers.entries()) {
    const built = buildTrigger(object, index)
    if (!built.ok) {
      const reason = 'KEDAScalerFailed'
      world.event(object, { type: 'Warning', reason, note: built.error })
      return built.error
    }
    const note = `Scaler ${trigger.type} is built`
    world.event(object, { type: 'Normal', reason: 'KEDAScalersStarted', note })
    triggers.push({ trigger, index, scaler: built.value })
  }
  const generation = object.metadata.generation ?? 0
  if ((modifiersOf(object)?.formula ?? '') === '') return { holder, generation, triggers }
  const result = compileModifiers(object)
  if (!result.ok) return result.error
  return { holder, generation, triggers, compiled: result.compiled }
}
