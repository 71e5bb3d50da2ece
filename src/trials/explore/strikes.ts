// Faults whose moment the schedule chooses: `node-loss=workers-1`.

import { nearest } from '../../base/nearest.ts'
import type { Checked } from '../../base/problem.ts'
import type { Strike, World } from '../../engine/world.ts'
import { type Fault, type FaultArgs, inapplicable } from '../../faults/fault.ts'
import { faults } from '../../faults/registry.ts'

/** Reads `KIND` or `KIND=VALUE`; the value is the fault's first argument. */
export function strikeOf(text: string): Checked<Strike> {
  const [kind = '', ...rest] = text.split('=')
  const fault = faults.get(kind)
  if (fault === undefined) {
    const near = nearest(kind, [...faults.keys()])
    const todo = near === undefined ? [...faults.keys()].join(', ') : `did you mean ${near}?`
    return refused(`there is no fault called "${kind}"`, todo)
  }
  const [first] = fault.args
  const value = rest.join('=')
  if (first === undefined && value !== '') {
    return refused(`${kind} takes no ${value}`, `write --fault ${kind}`)
  }
  if (first !== undefined && (value === '' || first === 'byMs')) {
    return refused(`${kind} needs its ${first}`, `write --fault ${kind}=${first.toUpperCase()}`)
  }
  const args: FaultArgs = first === undefined ? {} : { [first]: value }
  const strike = { name: text, apply: (world: World) => strikeNow(world, fault, args) }
  return { ok: true, value: strike, problems: [] }
}

/** Strikes where it can; where it cannot, nothing is left to break. */
function strikeNow(world: World, fault: Fault, args: FaultArgs): void {
  world.note('fault', fault.name, args)
  if (fault.canApply(world, args).ok) fault.apply(world, args)
}

function refused(what: string, todo: string): Checked<never> {
  const { ok: _, problems } = inapplicable(`--fault: ${what}`, todo)
  return { ok: false, problems }
}

/** Why the fault could not even strike at once. */
export function faultOf(text: string, world: World): Checked<true> {
  const [kind = '', value] = text.split('=')
  const fault = faults.get(kind) as Fault
  const [first] = fault.args
  return fault.canApply(world, first === undefined ? {} : { [first]: value })
}
