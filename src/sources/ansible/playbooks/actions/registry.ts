// The actions that run on the controller, by name.

import { shortAction } from '../model.ts'
import type { ControllerAction } from './action.ts'
import { addHost } from './add-host.ts'
import { assertAction } from './assert.ts'
import { debug } from './debug.ts'
import { fail } from './fail.ts'
import { groupBy } from './group-by.ts'
import { includeVars } from './include-vars.ts'
import { pause, setStats, validateArgumentSpec } from './quiet.ts'
import { setFact } from './set-fact.ts'

const actions: readonly ControllerAction[] = [
  addHost,
  assertAction,
  debug,
  fail,
  groupBy,
  includeVars,
  pause,
  setFact,
  setStats,
  validateArgumentSpec,
]

const byName = new Map(actions.map(action => [action.name, action]))

/** The action of the controller of that name, or undefined where a module does it. */
export function actionOf(name: string): ControllerAction | undefined {
  return byName.get(shortAction(name))
}
