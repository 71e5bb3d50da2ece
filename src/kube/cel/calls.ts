// Calls: which implementation runs, what happens to failing arguments, what it costs.
// Port of cel-go v0.26.0 interpreter/{planner,interpretable}.go and common/decls: results, costs.

import { operators } from './ast.ts'
import { asAttribute, attributeNode, CannotPlan, constantNode, type Node } from './node.ts'
import { type CallCost, callCost, equalityCost, one } from './cost.ts'
import type { FunctionDecl, Overload } from './declarations.ts'
import { equal, adapted } from './equality.ts'
import { charge, type Step } from './frame.ts'
import { patternError } from './regex.ts'
import { acceptsValue } from './types.ts'
import {
  CelError,
  Duration,
  isInt,
  isList,
  noSuchOverload,
  Optional,
  Timestamp,
  typeNameOf,
  type Value,
  Double,
  Uint,
  narrow,
} from './values.ts'

export interface CallPlan {
  readonly decl: FunctionDecl
  /** The one overload that is meant; empty where values decide. */
  readonly overload: string
  readonly args: readonly Node[]
}

const conversions: ReadonlySet<string> = new Set([
  'bool',
  'bytes',
  'double',
  'duration',
  'dyn',
  'int',
  'string',
  'timestamp',
  'type',
  'uint',
])

export function planCall(plan: CallPlan): Node {
  const { decl, overload, args } = plan
  const [first, second] = args as [Node, Node]
  switch (decl.name) {
    case operators.and:
      return { step: logicalStep(first.step, second.step, false) }
    case operators.or:
      return { step: logicalStep(first.step, second.step, true) }
    case operators.conditional:
      return conditional(args as [Node, Node, Node])
    case operators.equals:
    case operators.notEquals:
      return { step: equalityStep(first.step, second.step, decl.name === operators.equals) }
    case operators.notStrictlyFalse:
      return { step: notStrictlyFalse(first.step) }
    case 'or':
    case 'orValue':
      return { step: orStep(first.step, second.step, decl.name === 'orValue') }
    default:
  }
  if (overload === 'in_list' && second.constant !== undefined) {
    const node = membership(first, second.constant)
    if (node !== undefined) return node
  }
  if (conversions.has(decl.name) && args.length === 1 && first.constant !== undefined) {
    return folded(plan, first.constant)
  }
  return { step: callStep(plan) }
}

/** && (stops at false) and || (stops at true): the other side may save a failed one. */
function logicalStep(left: Step, right: Step, stop: boolean): Step {
  return frame => {
    const first = left(frame)
    if (first === stop) return stop
    const second = right(frame)
    if (second === stop) return stop
    if (typeof first !== 'boolean') return failure(first)
    return typeof second === 'boolean' ? !stop : failure(second)
  }
}

function failure(value: Value): CelError {
  return value instanceof CelError ? value : noSuchOverload
}

function conditional([condition, yes, no]: readonly [Node, Node, Node]): Node {
  const root = {
    kind: 'conditional',
    condition: condition.step,
    yes: asAttribute(yes),
    no: asAttribute(no),
  } as const
  return attributeNode({ root, qualifiers: [] })
}

function equalityStep(left: Step, right: Step, isEquals: boolean): Step {
  const cost = equalityCost(isEquals)
  return frame => {
    const [a, b] = [left(frame), right(frame)]
    // Short texts and numbers, which most rules compare, cost one.
    const short = typeof a !== 'object' && (typeof a !== 'string' || a.length <= 10)
    if (short && a !== '') charge(frame, typeof b === 'string' && b === '' ? 0 : 1)
    else charge(frame, cost([a, b], null))
    if (a instanceof CelError) return a
    if (b instanceof CelError) return b
    const answer = equal(a, b)
    if (isEquals) return answer
    return answer !== true
  }
}

function notStrictlyFalse(arg: Step): Step {
  return frame => {
    const value = arg(frame)
    charge(frame, 1)
    return typeof value === 'boolean' ? value : true
  }
}

function orStep(left: Step, right: Step, unwraps: boolean): Step {
  return frame => {
    const value = left(frame)
    if (!(value instanceof Optional)) return value
    if (value.value === undefined) return right(frame)
    return unwraps ? value.value : value
  }
}

/** `x in [constants]` as a look into a set, which costs nothing. */
function membership(element: Node, list: Value): Node | undefined {
  if (!isList(list)) return undefined
  if (list.length === 0) return constantNode(false)
  const keys = list.map(each => memberKey(adapted(each)))
  if (keys.includes(undefined)) return undefined
  const known = new Set(keys)
  const { step } = element
  return {
    step: frame => {
      const value = step(frame)
      if (value instanceof CelError) return value
      const key = memberKey(value)
      return key !== undefined && known.has(key)
    },
  }
}

/** The same for all primitive values that equal each other. */
function memberKey(value: Value): unknown {
  if (typeof value === 'string' || typeof value === 'boolean' || isInt(value)) return value
  if (value instanceof Uint) return narrow(value.value)
  if (!(value instanceof Double)) return undefined
  const { value: double } = value
  return Number.isInteger(double) ? narrow(BigInt(double)) : `double ${double}`
}

/** A conversion of a constant. */
function folded(plan: CallPlan, constant: Value): Node {
  const step = callStep(plan)
  const value = step({ slots: [], cost: 0, limit: Number.POSITIVE_INFINITY })
  if (value instanceof CelError) throw new CannotPlan(value.message)
  return constantNode(constant === value ? constant : value)
}

type Implementation = (args: Value[]) => Value

interface Chosen {
  readonly run: Implementation
  /** Arguments behind one that fails are not evaluated, and the call costs nothing then. */
  readonly stops: boolean
}

function callStep(plan: CallPlan): Step {
  const { decl, overload, args } = plan
  const { run, stops } = choose(plan)
  const cost = callCost(decl.name, overload)
  const steps = args.map(({ step }) => step)
  if (stops) return stoppingCall(steps, run, cost)
  const { singleton } = decl
  if (singleton?.arity === 2 && cost === one) return operatorCall(decl, steps as [Step, Step])
  if (steps.length === 1) return unaryCall(steps[0] as Step, run, cost)
  return binaryCall(steps as [Step, Step], run, cost)
}

function unaryCall(arg: Step, run: Implementation, cost: CallCost): Step {
  return frame => {
    const args = [arg(frame)]
    const result = args[0] instanceof CelError ? args[0] : run(args)
    charge(frame, cost(args, result))
    return result
  }
}

/** As binaryCall, without a list of arguments: what comparisons and sums consist of. */
function operatorCall(
  { name, singleton }: FunctionDecl,
  [left, right]: readonly [Step, Step],
): Step {
  const { handles, call } = singleton as NonNullable<FunctionDecl['singleton']>
  const refused = new CelError(`no such overload: ${name}`)
  return frame => {
    const a = left(frame)
    const b = right(frame)
    charge(frame, 1)
    if (a instanceof CelError) return a
    if (b instanceof CelError) return b
    if (handles === undefined || handles(a)) return call(a, b)
    return isReceiver(a) ? noSuchOverload : refused
  }
}

function binaryCall(
  [left, right]: readonly [Step, Step],
  run: Implementation,
  cost: CallCost,
): Step {
  return frame => {
    const args = [left(frame), right(frame)]
    const failed =
      args[0] instanceof CelError ? args[0] : args[1] instanceof CelError ? args[1] : undefined
    const result = failed ?? run(args)
    charge(frame, cost(args, result))
    return result
  }
}

function stoppingCall(steps: readonly Step[], run: Implementation, cost: CallCost): Step {
  return frame => {
    const args: Value[] = []
    for (let index = 0; index < steps.length; index += 1) {
      const value = (steps[index] as Step)(frame)
      args.push(value)
      if (!(value instanceof CelError)) continue
      if (index === steps.length - 1) charge(frame, cost(args, value))
      return value
    }
    const result = run(args)
    charge(frame, cost(args, result))
    return result
  }
}

/** Patterns that are constants are compiled with the expression. */
const patternFunctions: ReadonlySet<string> = new Set(['matches', 'find', 'findAll'])

function choose({ decl, overload: id, args }: CallPlan): Chosen {
  const pattern = patternFunctions.has(decl.name) ? args[1]?.constant : undefined
  if (typeof pattern === 'string') {
    const error = patternError(pattern)
    if (error !== undefined) throw new CannotPlan(error)
  }
  if (typeof pattern === 'string') return { run: patternRun(decl, args.length), stops: true }
  const { singleton } = decl
  if (singleton !== undefined) {
    if (args.length !== singleton.arity) throw new CannotPlan(`no such overload: ${decl.name}`)
    return { run: singletonRun(decl), stops: false }
  }
  const overload = decl.overloads.find(each => each.id === id)
  if (overload === undefined && decl.overloads.length > 1) {
    return { run: dispatch(decl), stops: true }
  }
  const one = overload ?? decl.overloads[0]
  if (one?.call === undefined) throw new CannotPlan(`no such overload: ${decl.name}`)
  const stops = one.stopsAtError === true || args.length === 0 || args.length > 2
  return { run: guarded(decl, one), stops }
}

/** A call with a compiled pattern: other complaints about its arguments than without. */
function patternRun({ singleton, overloads }: FunctionDecl, count: number): Implementation {
  const call = singleton?.call ?? overloads.find(({ args }) => args.length === count)?.call
  if (call === undefined) throw new CannotPlan('no such overload')
  return args => {
    const [text, , limit] = args
    if (typeof text !== 'string') return noSuchOverload
    return limit === undefined || isInt(limit) ? call(...args) : noSuchOverload
  }
}

/** Values with methods complain without the name of the function. */
function isReceiver(value: Value): boolean {
  return typeof value === 'string' || value instanceof Timestamp || value instanceof Duration
}

function singletonRun({ name, singleton }: FunctionDecl): Implementation {
  const { handles, call } = singleton as NonNullable<FunctionDecl['singleton']>
  const refused = new CelError(`no such overload: ${name}`)
  return args => {
    const [first] = args as [Value]
    if (handles === undefined || handles(first)) return call(...args)
    return isReceiver(first) ? noSuchOverload : refused
  }
}

function fits({ args: wanted }: Overload, args: readonly Value[]): boolean {
  return (
    args.length === wanted.length &&
    args.every((arg, index) => acceptsValue(wanted[index] as Overload['result'], arg))
  )
}

function refusal(name: string, args: readonly Value[]): CelError {
  return new CelError(`no such overload: ${name}(${args.map(typeNameOf).join(', ')})`)
}

function guarded({ name, unguarded }: FunctionDecl, overload: Overload): Implementation {
  const call = overload.call as NonNullable<Overload['call']>
  if (unguarded === true) return args => call(...args)
  return args => (fits(overload, args) ? call(...args) : refusal(name, args))
}

/** The first overload that fits the values; members and global ones alike. */
function dispatch({ name, overloads, unguarded }: FunctionDecl): Implementation {
  return args => {
    for (const overload of overloads) {
      const { call } = overload
      if (call === undefined || overload.args.length !== args.length) continue
      if (unguarded === true || fits(overload, args)) return call(...args)
    }
    return refusal(name, args)
  }
}
