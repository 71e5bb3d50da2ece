// Compiles statements into functions. Port of jinja 3.1.6 compiler.py and runtime.py
// (LoopContext, Macro).

import { Tuple, type Value } from '../values.ts'
import { compile, compileArguments } from './compile-expression.ts'
import { TemplateFailure, UnknownSignal } from './failures.ts'
import { Frame, type Node, type Step } from './frame.ts'
import { loopValue } from './loop.ts'
import { iterate, truth } from './python/iterate.ts'
import { repr, str } from './python/represent.ts'
import { Callable, type CallArguments, Namespace, Unknown } from './special.ts'
import type { FilterStep, Parameter, Statement, Target } from './syntax/ast.ts'

type Of<T extends Statement['type']> = Extract<Statement, { readonly type: T }>

/** The function that runs statements one after the other. */
export function compileBody(body: readonly Statement[]): Step {
  const steps = body.map(compileStatement)
  const [only] = steps
  if (steps.length === 1 && only !== undefined) return only
  return (frame, out) => {
    for (const step of steps) step(frame, out)
  }
}

function compileStatement(node: Statement): Step {
  switch (node.type) {
    case 'text':
      return (_frame, out) => void out.push(node.text)
    case 'output': {
      const value = compile(node.value)
      return (frame, out) => void out.push(value(frame))
    }
    case 'for':
      return loop(node)
    case 'branch':
      return branch(node)
    case 'set': {
      const value = compile(node.value)
      const { target } = node
      return frame => assign(frame, target, value(frame))
    }
    case 'block-set':
      return blockSet(node)
    case 'macro': {
      const macro = compileMacro(node.name, node.parameters, node.body)
      return frame => frame.set(node.name, macro(frame))
    }
    case 'filter-block': {
      const body = rendered(node.body)
      const steps = filtered(node.filters)
      return (frame, out) => void out.push(steps(body(frame.child()), frame))
    }
    case 'with':
      return scoped(node)
    case 'call-block':
      return callBlock(node)
    case 'unsupported':
      return () => {
        throw new UnknownSignal(new Unknown([`{% ${node.tag} %} needs other templates`]))
      }
  }
}

/** Gives the value to a name, to several, or to an attribute of a namespace. */
function assign(frame: Frame, target: Target, value: Value): void {
  if (target.type === 'name') return frame.set(target.name, value)
  if (target.type === 'attribute') {
    const object = frame.get(target.object)
    if (!(object instanceof Namespace)) {
      throw new TemplateFailure('cannot assign attribute on non-namespace object')
    }
    object.attributes.set(target.name, value)
    return
  }
  const items = iterate(value)
  const { length } = target.items
  if (items.length !== length) {
    const few = items.length < length
    throw new TemplateFailure(
      few
        ? `not enough values to unpack (expected ${length}, got ${items.length})`
        : `too many values to unpack (expected ${length})`,
    )
  }
  target.items.forEach((each, index) => {
    assign(frame, each, items[index] as Value)
  })
}

function branch({ arms, otherwise }: Of<'branch'>): Step {
  const compiled = arms.map(arm => ({
    condition: compile(arm.condition),
    body: compileBody(arm.body),
  }))
  const last = compileBody(otherwise)
  return (frame, out) => {
    for (const { condition, body } of compiled) {
      if (truth(condition(frame))) return body(frame, out)
    }
    last(frame, out)
  }
}

function loop(node: Of<'for'>): Step {
  const over = compile(node.over)
  const condition = node.condition === undefined ? undefined : compile(node.condition)
  const body = compileBody(node.body)
  const otherwise = compileBody(node.otherwise)
  const run = (frame: Frame, items: readonly Value[], out: Value[], depth: number): void => {
    const kept = condition === undefined ? items : items.filter(item => passes(frame, item))
    if (kept.length === 0) return otherwise(frame.child(), out)
    const recurse = (nested: Value, level: number): Value => {
      const inner: Value[] = []
      run(frame, iterate(nested), inner, level)
      return inner.map(str).join('')
    }
    const state = { items: kept, depth, recurse: node.isRecursive ? recurse : undefined }
    kept.forEach((item, index) => {
      const inner = frame.child()
      inner.set('loop', loopValue(state, index))
      assign(inner, node.target, item)
      body(inner, out)
    })
  }
  const passes = (frame: Frame, item: Value): boolean => {
    const inner = frame.child()
    assign(inner, node.target, item)
    return condition === undefined || truth(condition(inner))
  }
  return (frame, out) => run(frame, iterate(over(frame)), out, 0)
}

/** The text that a body prints. */
function rendered(body: readonly Statement[]): (frame: Frame) => string {
  const step = compileBody(body)
  return frame => {
    const out: Value[] = []
    step(frame, out)
    return out.map(shown).join('')
  }
}

// Inside a body Ansible prints nothing for none, as everywhere.
function shown(value: Value): string {
  return value === null ? '' : str(value)
}

function filtered(filters: readonly FilterStep[]): (text: Value, frame: Frame) => Value {
  const steps = filters.map(({ name, args }) => ({ name, args: compileArguments(args) }))
  return (text, frame) =>
    steps.reduce<Value>(
      (value, { name, args }) => frame.context.filter(name, value, args(frame)),
      text,
    )
}

function blockSet(node: Of<'block-set'>): Step {
  const body = rendered(node.body)
  const steps = filtered(node.filters)
  return frame => assign(frame, node.target, steps(body(frame.child()), frame))
}

function scoped({ values, body }: Of<'with'>): Step {
  const compiled = values.map(({ target, value }) => ({ target, value: compile(value) }))
  const step = compileBody(body)
  return (frame, out) => {
    const inner = frame.child()
    for (const { target, value } of compiled) assign(inner, target, value(frame))
    step(inner, out)
  }
}

function callBlock(node: Of<'call-block'>): Step {
  const { call } = node
  if (call.type !== 'call') throw new TemplateFailure('expected call')
  const callee = compile(call.callee)
  const args = compileArguments(call.args)
  const caller = compileMacro('caller', node.parameters, node.body)
  return (frame, out) => {
    const given = args(frame)
    const named = new Map([...given.named, ['caller', caller(frame)] as const])
    out.push(frame.context.call(callee(frame), { ...given, named }))
  }
}

function compileMacro(
  name: string,
  parameters: readonly Parameter[],
  body: readonly Statement[],
): (frame: Frame) => Value {
  const compiled = parameters.map(each => ({
    name: each.name,
    fallback: each.fallback === undefined ? undefined : compile(each.fallback),
  }))
  const text = rendered(body)
  return frame =>
    new Callable(
      `<Macro ${repr(name)}>`,
      given => {
        const inner = frame.child()
        bindParameters(inner, compiled, given, name)
        return text(inner)
      },
      { takesAnything: true },
    )
}

interface CompiledParameter {
  readonly name: string
  readonly fallback: Node | undefined
}

function bindParameters(
  frame: Frame,
  parameters: readonly CompiledParameter[],
  { positional, named }: CallArguments,
  macro: string,
): void {
  const rest = new Map(named)
  parameters.forEach(({ name, fallback }, index) => {
    const given = index < positional.length ? positional[index] : named.get(name)
    const value = given === undefined ? fallback?.(frame) : given
    rest.delete(name)
    if (value !== undefined) frame.set(name, value)
  })
  const caller = rest.get('caller')
  if (caller !== undefined) frame.set('caller', caller)
  rest.delete('caller')
  frame.set('varargs', new Tuple(positional.slice(parameters.length)))
  frame.set('kwargs', new Map<Value, Value>(rest))
  if (positional.length > parameters.length && macro === 'caller') {
    throw new TemplateFailure(
      `macro ${repr(macro)} takes not more than ${parameters.length} argument(s)`,
    )
  }
}
