// Comprehensions as loops. Port of cel-go v0.26.0 interpreter/interpretable.go evalFold: results,
// costs, the accumulator that is first computed when it is first named.

import type { Comprehension } from './ast.ts'
import type { Attribute } from './attributes.ts'
import { adapted } from './equality.ts'
import type { Frame, Step } from './frame.ts'
import type { Planner } from './plan.ts'
import {
  CelError,
  CelMap,
  findKey,
  GrowingList,
  isList,
  isMap,
  keysOf,
  mapSize,
  typeNameOf,
  type Value,
} from './values.ts'

interface Loop {
  readonly accuSlot: number
  readonly iterSlot: number
  /** The slot of the second variable, or -1. */
  readonly iterSlot2: number
  readonly condition: Step
  readonly step: Step
  readonly result: Step
}

export function planFold(planner: Planner, expr: Comprehension): Step {
  const init = planner.plan(expr.accuInit).step
  const range = planner.plan(expr.range).step
  const accuSlot = planner.newSlot()
  const iterSlot = planner.newSlot()
  const iterSlot2 = expr.iterVar2 === '' ? -1 : planner.newSlot()
  const accu: Attribute = {
    root: { kind: 'accumulator', slot: accuSlot, init: frame => own(init(frame)) },
    qualifiers: [],
  }
  const names = new Map([[expr.iterVar, variable(iterSlot, expr.iterVar)]])
  if (iterSlot2 >= 0) names.set(expr.iterVar2, variable(iterSlot2, expr.iterVar2))
  const accuNames = new Map([[expr.accuVar, accu]])
  const loop = planner.within(accuNames, (): Loop => {
    const [condition, step] = planner.within(names, () => [
      planner.plan(expr.condition).step,
      planner.plan(expr.step).step,
    ]) as [Step, Step]
    const result = planner.plan(expr.result).step
    return { accuSlot, iterSlot, iterSlot2, condition, step, result }
  })
  return foldStep(range, loop)
}

function variable(slot: number, name: string): Attribute {
  return { root: { kind: 'variable', slot, name }, qualifiers: [] }
}

/** An empty list or map of the accumulator may be changed in place. */
function own(value: Value): Value {
  if (isList(value) && value.length === 0) return new GrowingList()
  if (isMap(value) && mapSize(value) === 0) return new CelMap()
  return value
}

function foldStep(range: Step, loop: Loop): Step {
  const { accuSlot, iterSlot, iterSlot2, result } = loop
  return frame => {
    const members = range(frame)
    if (members instanceof CelError) return members
    const { slots } = frame
    // A comprehension within a comprehension starts anew each time.
    const before = [slots[accuSlot], slots[iterSlot], slots[iterSlot2]]
    slots[accuSlot] = undefined
    const complaint = run(frame, members, loop)
    const value = complaint ?? result(frame)
    slots[accuSlot] = before[0]
    slots[iterSlot] = before[1]
    if (iterSlot2 >= 0) slots[iterSlot2] = before[2]
    return value instanceof GrowingList ? Array.from(value) : value
  }
}

function run(frame: Frame, members: Value, loop: Loop): CelError | undefined {
  const { iterSlot, iterSlot2 } = loop
  const { slots } = frame
  if (isList(members)) {
    for (let index = 0; index < members.length; index += 1) {
      const element = adapted(members[index] as Value)
      slots[iterSlot] = iterSlot2 < 0 ? element : index
      if (iterSlot2 >= 0) slots[iterSlot2] = element
      if (!turn(frame, loop)) return undefined
    }
    return undefined
  }
  if (!isMap(members)) return notIterable(members, iterSlot2 >= 0)
  for (const key of keysOf(members)) {
    slots[iterSlot] = key
    if (iterSlot2 >= 0) slots[iterSlot2] = findKey(members, key)
    if (!turn(frame, loop)) return undefined
  }
  return undefined
}

/** One turn of the loop; false ends it. */
function turn(frame: Frame, { accuSlot, condition, step }: Loop): boolean {
  if (condition(frame) === false) return false
  frame.slots[accuSlot] = step(frame)
  return true
}

const goNames: Readonly<Record<string, string>> = {
  bool: 'types.Bool',
  bytes: 'types.Bytes',
  double: 'types.Double',
  int: 'types.Int',
  null_type: 'types.Null',
  string: 'types.String',
  uint: 'types.Uint',
  optional_type: '*types.Optional',
  'google.protobuf.Duration': 'types.Duration',
  'google.protobuf.Timestamp': 'types.Timestamp',
}

function notIterable(value: Value, isTwoVariable: boolean): CelError {
  const name = goNames[typeNameOf(value)] ?? typeNameOf(value)
  if (isTwoVariable) return new CelError(`unsupported comprehension range type: ${name}`)
  return new CelError(`got '${name}', expected iterable type`)
}
