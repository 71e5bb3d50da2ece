// Everything that runs in the cluster once Kubespray is done, as far as the twin has it.

import { addonObjects } from './addons.ts'
import { dnsObjects } from './dns.ts'
import { networkObjects } from './network.ts'
import type { Reading } from './reading.ts'
import type { Decided } from './shapes.ts'

/** The objects of all components, in the order in which they are installed. */
export function componentsOf(reading: Reading): readonly Decided[] {
  return [...networkObjects(reading), ...dnsObjects(reading), ...addonObjects(reading)]
}
