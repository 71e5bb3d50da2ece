// The shape of filters, tests, methods and global functions: named parameters in Python's order
// and a function of the values given for them.

import { isText, typeName } from './python/types.ts'
import type { Value } from '../values.ts'
import type { Context } from './context.ts'
import { TemplateFailure } from './failures.ts'
import type { CallArguments } from './special.ts'

/** The values given for the parameters, in their order; undefined where none was given. */
export type Bound = readonly (Value | undefined)[]

/** A filter or test: `input` is what stands before `|` or `is`. */
export interface Plugin {
  /** Names of the parameters, separated by spaces: `!` ends one that must be given (those come
   * first), `*` takes what is left. */
  readonly params?: string
  /** Undefined values are passed in instead of failing. */
  readonly takesUndefined?: boolean
  /** Unknown inputs and arguments are passed in instead of making the result unknown. */
  readonly takesUnknown?: boolean
  readonly run: (input: Value, args: Bound, context: Context, given: CallArguments) => Value
}

export type Plugins = Readonly<Record<string, Plugin>>

interface Signature {
  readonly names: readonly string[]
  readonly needed: readonly string[]
  readonly takesRest: boolean
}

const signatures = new Map<string, Signature>()

function signatureOf(params: string): Signature {
  const known = signatures.get(params)
  if (known !== undefined) return known
  const words = params.split(' ').filter(part => part !== '')
  const signature = {
    names: words.map(word => word.replace('!', '')),
    needed: words.filter(word => word.endsWith('!')).map(word => word.slice(0, -1)),
    takesRest: words.includes('*'),
  }
  signatures.set(params, signature)
  return signature
}

/** Distributes arguments over parameters as Python does; fails where they do not fit. */
export function bind(params: string, given: CallArguments, name: string): Bound {
  const { names, needed, takesRest } = signatureOf(params)
  const bound: (Value | undefined)[] = [...given.positional]
  if (!takesRest && bound.length > names.length) {
    throw new TemplateFailure(
      `${name}() takes from 1 to ${names.length + 1} positional arguments but ${bound.length + 1} were given`,
    )
  }
  for (const [key, value] of given.named) {
    const index = names.indexOf(key)
    if (index < 0) {
      if (takesRest) continue
      throw new TemplateFailure(`${name}() got an unexpected keyword argument '${key}'`)
    }
    if (bound[index] !== undefined) {
      throw new TemplateFailure(`${name}() got multiple values for argument '${key}'`)
    }
    bound[index] = value
  }
  for (const [index, each] of needed.entries()) required(bound[index], each)
  return bound
}

/** The value of a parameter that must be there. */
export function required(value: Value | undefined, name: string): Value {
  if (value !== undefined) return value
  throw new TemplateFailure(`missing 1 required positional argument: '${name}'`)
}

/** An argument that must be a text. */
export function textArgument(value: Value | undefined, name: string): string {
  const given = required(value, name)
  if (isText(given)) return typeof given === 'string' ? given : (given as { text: string }).text
  throw new TemplateFailure(`'${name}' must be str, not ${typeName(given)}`)
}
