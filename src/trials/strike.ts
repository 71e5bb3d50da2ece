// A fault strikes on a voyage, and heals when its time is over; one that pulses comes and goes.

import type { Fault, FaultArgs } from '../faults/fault.ts'
import { loseMachines, regainMachines } from './control-plane.ts'
import type { Voyage } from './voyage.ts'

export interface Blow {
  readonly args: FaultArgs
  /** How long it lasts; absent: to the end of the voyage. */
  readonly forMs?: number
}

/** Pulses of a fault that nobody ends: the bound of a voyage. */
const pulsesMax = 1000

/** Applies the fault now and puts its recovery on the agenda. */
export function strikeNow(voyage: Voyage, fault: Fault, { args, forMs }: Blow): void {
  const { world } = voyage
  const startMs = world.nowMs
  const endMs = forMs === undefined ? Infinity : startMs + forMs
  const machines = fault.machines?.(world, args) ?? []
  const begin = (): void => {
    world.note('trial', 'fault', { fault: fault.name, ...args })
    fault.apply(world, args)
    loseMachines(voyage, machines)
  }
  const end = (): void => {
    world.note('trial', 'recovery', { fault: fault.name, ...args })
    regainMachines(voyage, machines)
    fault.recover(world, args)
  }
  begin()
  if (fault.pulse === undefined) {
    if (endMs !== Infinity) voyage.later(endMs, end)
    return
  }
  const { holdsMs, restsMs } = fault.pulse
  for (let pulse = 0; pulse < pulsesMax; pulse += 1) {
    const fromMs = startMs + pulse * (holdsMs + restsMs)
    if (fromMs >= endMs) return
    if (pulse > 0) voyage.later(fromMs, begin)
    voyage.later(Math.min(fromMs + holdsMs, endMs), end)
  }
}
