// What faults of control plane components share: a component is down, then it is up again.

import type { Checked } from '../base/problem.ts'
import type { World } from '../engine/world.ts'
import { applicable, inapplicable } from './fault.ts'

/** Ok when the component is up. */
export function isUp(world: World, component: string): Checked<true> {
  if (!world.isDown(component)) return applicable
  return inapplicable(`${component} is down already`, 'let the first outage end before the second')
}
