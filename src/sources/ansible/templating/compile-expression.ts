// Compiles expressions into functions. Port of jinja 3.1.6 compiler.py and environment.py; a part
// that is not known makes the result unknown unless the other parts decide.

import { isMapping, setItem, Tuple, type Value } from '../values.ts'
import { attribute, item, slice, undefinedName } from './attributes.ts'
import { TemplateFailure, UnknownSignal } from './failures.ts'
import type { Node } from './frame.ts'
import { binary, signed } from './python/arithmetic.ts'
import { contains, equals, isUnhashable, order, unhashable } from './python/compare.ts'
import { iterate, truth } from './python/iterate.ts'
import { str } from './python/represent.ts'
import { characters, touch } from './python/types.ts'
import {
  LenientUndefined,
  mergeUnknown,
  plain,
  type CallArguments,
  Undefined,
  Unknown,
} from './special.ts'
import type { Argument, CompareOperator, Expression } from './syntax/ast.ts'

type Of<T extends Expression['type']> = Extract<Expression, { readonly type: T }>

/** The function that evaluates an expression in a frame. */
export function compile(node: Expression): Node {
  switch (node.type) {
    case 'const':
      return constant(node)
    case 'name':
      return name(node)
    case 'list': {
      const items = node.items.map(compile)
      return frame => items.map(each => plain(each(frame)))
    }
    case 'tuple': {
      const items = node.items.map(compile)
      return frame => new Tuple(items.map(each => plain(each(frame))))
    }
    case 'dict':
      return dict(node)
    case 'attribute': {
      const object = compile(node.object)
      const key = node.name
      return guarded(frame => attribute(frame.context.version, plain(object(frame)), key))
    }
    case 'item': {
      const object = compile(node.object)
      const key = compile(node.key)
      return guarded(frame => item(frame.context.version, plain(object(frame)), plain(key(frame))))
    }
    case 'slice': {
      const object = compile(node.object)
      const bounds = node.bounds.map(bound => (bound === undefined ? undefined : compile(bound)))
      return guarded(frame => {
        const value = plain(object(frame))
        if (value instanceof Undefined) return value
        return slice(
          value,
          bounds.map(bound => bound?.(frame)),
        )
      })
    }
    case 'call':
      return call(node)
    case 'filter':
    case 'test':
      return plugin(node)
    case 'binary': {
      const { operator } = node
      const left = compile(node.left)
      const right = compile(node.right)
      return guarded(frame => binary(operator, plain(left(frame)), plain(right(frame))))
    }
    case 'concat': {
      const parts = node.parts.map(compile)
      return guarded(frame => parts.map(part => str(part(frame))).join(''))
    }
    case 'compare':
      return compare(node)
    case 'and':
    case 'or':
      return logic(node)
    case 'not':
      return negation(node)
    case 'minus':
    case 'plus': {
      const value = compile(node.value)
      const isNegative = node.type === 'minus'
      return guarded(frame => signed(value(frame), isNegative))
    }
    case 'if':
      return conditional(node)
  }
}

/** A node whose result is unknown where it meets an unknown value. */
export function guarded(run: Node): Node {
  return frame => {
    try {
      return run(frame)
    } catch (error) {
      if (error instanceof UnknownSignal) return error.unknown
      throw error
    }
  }
}

function constant({ value }: Of<'const'>): Node {
  // 2.19 renders texts of conditions that look like templates; before, the whole condition was one.
  if (typeof value !== 'string' || !value.includes('{{')) return () => value
  return ({ context }) => context.constant?.(value) ?? value
}

function name({ name: wanted }: Of<'name'>): Node {
  return frame => {
    const own = frame.get(wanted)
    if (own !== undefined) return own
    const value = frame.context.variable(wanted)
    if (value === undefined) return undefinedName(wanted)
    if (frame.context.changesValues === true) frame.keep(wanted, value)
    return value
  }
}

function dict({ pairs }: Of<'dict'>): Node {
  const compiled = pairs.map(([key, value]) => [compile(key), compile(value)] as const)
  return guarded(frame => {
    const result = new Map<Value, Value>()
    for (const [key, value] of compiled) {
      const own = plain(key(frame))
      touch(own)
      if (isUnhashable(own)) throw unhashable(own)
      setItem(result, own, plain(value(frame)))
    }
    return result
  })
}

/** The function that evaluates the arguments of a call. */
export function compileArguments(
  args: readonly Argument[],
): (frame: Parameters<Node>[0]) => CallArguments {
  if (args.length === 0) return () => noArguments
  const compiled = args.map(each => ({ ...each, node: compile(each.value) }))
  return frame => {
    const positional: Value[] = []
    const named = new Map<string, Value>()
    for (const { name: key, spread, node } of compiled) {
      const value = plain(node(frame))
      if (spread === 'list') positional.push(...iterate(value))
      else if (spread === 'mapping') spreadInto(named, value)
      else if (key === undefined) positional.push(value)
      else named.set(key, value)
    }
    return { positional, named }
  }
}

const noArguments: CallArguments = { positional: [], named: new Map() }

function spreadInto(named: Map<string, Value>, value: Value): void {
  touch(value)
  if (!isMapping(value)) throw new TemplateFailure('argument after ** must be a mapping')
  for (const [key, each] of value) named.set(characters(key) ?? str(key), each)
}

function call(node: Of<'call'>): Node {
  const callee = compile(node.callee)
  const args = compileArguments(node.args)
  return guarded(frame => frame.context.call(callee(frame), args(frame)))
}

function plugin(node: Of<'filter' | 'test'>): Node {
  const input = compile(node.input)
  const args = compileArguments(node.args)
  const { name: wanted } = node
  const { type } = node
  return guarded(frame => {
    frame.context.expect(type, wanted)
    return frame.context[type](wanted, plain(input(frame)), args(frame))
  })
}

function compare({ first, rest }: Of<'compare'>): Node {
  const start = compile(first)
  const steps = rest.map(({ operator, value }) => ({ operator, value: compile(value) }))
  return frame => {
    let left = plain(start(frame))
    let unknown: Unknown | undefined
    for (const { operator, value } of steps) {
      const right = plain(value(frame))
      const holds = compareKnown(operator, left, right)
      if (holds === false) return false
      if (holds instanceof Unknown) unknown = holds
      left = right
    }
    return unknown ?? true
  }
}

function compareKnown(operator: CompareOperator, left: Value, right: Value): boolean | Unknown {
  try {
    return compareOnce(operator, left, right)
  } catch (error) {
    if (error instanceof UnknownSignal) return mergeUnknown([error.unknown])
    throw error
  }
}

function compareOnce(operator: CompareOperator, left: Value, right: Value): boolean {
  switch (operator) {
    case '==':
      return equals(left, right)
    case '!=':
      return !equals(left, right)
    case 'in':
      return contains(right, left)
    case 'not in':
      return !contains(right, left)
    case '<':
      return order(left, right, '<') < 0
    case '<=':
      return order(left, right, '<=') <= 0
    case '>':
      return order(left, right, '>') > 0
    case '>=':
      return order(left, right, '>=') >= 0
  }
}

// `left` is unknown: the other operand may decide the truth of the whole.
function undecided(
  left: Unknown,
  right: Node,
  frame: Parameters<Node>[0],
  decides: boolean,
): Value {
  try {
    const value = right(frame)
    if (value instanceof Unknown && value.truth === undefined) return mergeUnknown([left, value])
    if (truth(value) !== decides) {
      return value instanceof Unknown ? mergeUnknown([left, value]) : mergeUnknown([left])
    }
    // Either operand is the result then, and both have this truth.
    return typeof value === 'boolean' ? value : mergeUnknown([left], decides)
  } catch (error) {
    if (error instanceof TemplateFailure) return mergeUnknown([left])
    throw error
  }
}

function logic(node: Of<'and' | 'or'>): Node {
  const left = compile(node.left)
  const right = compile(node.right)
  const decides = node.type === 'or'
  return guarded(frame => {
    const value = left(frame)
    if (value instanceof Unknown && value.truth === undefined) {
      return undecided(value, right, frame, decides)
    }
    return truth(value) === decides ? value : right(frame)
  })
}

function negation({ value: inner }: Of<'not' | 'minus' | 'plus'>): Node {
  const value = compile(inner)
  return guarded(frame => {
    const result = value(frame)
    if (!(result instanceof Unknown)) return !truth(result)
    return result.truth === undefined ? mergeUnknown([result]) : !result.truth
  })
}

function conditional(node: Of<'if'>): Node {
  const condition = compile(node.condition)
  const then = compile(node.then)
  const otherwise = node.otherwise === undefined ? undefined : compile(node.otherwise)
  const nothing = (): Value =>
    new LenientUndefined(
      'the inline if-expression evaluated to false and no else section was defined.',
    )
  return frame => {
    const decided = condition(frame)
    if (decided instanceof Unknown && decided.truth === undefined) {
      return eitherOf(decided, [then(frame), (otherwise ?? nothing)(frame)])
    }
    return truth(decided) ? then(frame) : (otherwise ?? nothing)(frame)
  }
}

function eitherOf(condition: Unknown, [left, right]: readonly [Value, Value]): Value {
  try {
    if (!(left instanceof Undefined) && !(right instanceof Undefined) && equals(left, right))
      return left
  } catch (error) {
    if (!(error instanceof UnknownSignal)) throw error
  }
  return mergeUnknown([condition])
}
