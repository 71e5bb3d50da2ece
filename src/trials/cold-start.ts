// The cold start trial: everything goes off at once, then on again.

import type { Fault } from '../faults/fault.ts'
import { faults } from '../faults/registry.ts'
import { judged } from './strike-run.ts'
import type { Trial } from './trial.ts'
import { Voyage } from './voyage.ts'

/** How long everything is off: longer than any grace period. */
const offMs = 900_000

const nodeReboot = faults.get('node-reboot') as Fault
const apiServerOutage = faults.get('api-server-outage') as Fault

export const coldStart = {
  name: 'cold-start',
  doc: 'Every node and the control plane go off for a quarter of an hour, then on together.',
  isDefault: () => false,
  run: base => {
    const world = base.world.fork()
    const nodes = world.store.list('Node').map(({ metadata }) => metadata.name ?? '')
    for (const node of nodes) nodeReboot.apply(world, { node })
    apiServerOutage.apply(world, {})
    world.runFor(offMs)
    // What counts begins when the power is back.
    const voyage = new Voyage(world)
    apiServerOutage.recover(world, {})
    for (const node of nodes) nodeReboot.recover(world, { node })
    voyage.settle()
    return { trial: 'cold-start', runs: [judged(base, { subject: 'power back' }, voyage)] }
  },
} satisfies Trial
