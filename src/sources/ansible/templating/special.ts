// Values that exist only while a template is evaluated: undefined, unknown, omit, callables, views.
// Upstream: jinja 3.1.6 runtime.py (Undefined), ansible-core 2.19
// _internal/_templating/_jinja_common.py (Marker).

import { Foreign, type List, type Value } from '../values.ts'
import type { Context } from './context.ts'

/** What a lookup that found nothing gives; most uses of it fail with its message. */
export class Undefined extends Foreign {
  readonly message: string
  /** The name of the variable or attribute that is missing. */
  readonly missing: string | undefined

  /** False where `undef()` made it. */
  readonly isNamed: boolean

  constructor(message: string, missing?: string, isNamed = true) {
    super('AnsibleUndefined', message)
    this.message = message
    this.missing = missing
    this.isNamed = isNamed
  }
}

/** An `if` without `else` whose condition is false: empty as a text, undefined for tests. */
export class LenientUndefined extends Undefined {}

/** An error that a filter, test or call raised, deferred until its result is used (2.19). */
export class Deferred extends Undefined {
  readonly isUndefined: boolean

  constructor(message: string, isUndefined: boolean) {
    super(message)
    this.isUndefined = isUndefined
  }
}

/** A value that only the host, the clock or a secret can give, and why. */
export class Unknown extends Foreign {
  readonly reasons: readonly string[]
  /** True where the value is there for certain, only not known. */
  readonly isDefined: boolean
  /** What its truth test gives, where that is known although the value is not. */
  readonly truth: boolean | undefined

  constructor(
    reasons: readonly string[],
    known: { readonly isDefined?: boolean; readonly truth?: boolean | undefined } = {},
  ) {
    super('unknown', reasons.join('; '))
    this.reasons = reasons
    this.isDefined = known.isDefined ?? true
    this.truth = known.truth
  }
}

/** One unknown for all that took part in an operation. */
export function mergeUnknown(parts: readonly Unknown[], truth?: boolean): Unknown {
  const reasons = new Set(parts.flatMap(part => part.reasons))
  return new Unknown([...reasons], { truth })
}

/** The value of the variable `omit`: the option it stands for is left out. */
export const omit = new Foreign('Omit', '__omit_place_holder__')

/** The arguments of a call, filter or test as they are written. */
export interface CallArguments {
  readonly positional: readonly Value[]
  readonly named: ReadonlyMap<string, Value>
}

/** What a callable is besides its function. */
export interface CallableOptions {
  /** Gets undefined and unknown arguments as they are. */
  readonly takesAnything?: boolean
  readonly attributes?: ReadonlyMap<string, Value>
}

/** A function, method or macro. */
export class Callable extends Foreign {
  readonly call: (given: CallArguments, context: Context) => Value
  readonly options: CallableOptions

  constructor(
    text: string,
    call: (given: CallArguments, context: Context) => Value,
    options: CallableOptions = {},
  ) {
    super('function', text)
    this.call = call
    this.options = options
  }
}

/** What a range, `keys()` or a generator gives: can be iterated, becomes a list in the end. */
export class View extends Foreign {
  readonly items: List

  constructor(type: string, items: List) {
    super(type, '')
    this.items = items
  }
}

/** A text that a filter made as a text, never read as a Python literal (before 2.19). */
export class NativeText extends Foreign {
  constructor(text: string) {
    super('str', text)
  }
}

/** The object of `namespace()`, whose attributes `set` may change. */
export class Namespace extends Foreign {
  readonly attributes = new Map<string, Value>()

  constructor() {
    super('Namespace', '<Namespace>')
  }
}

/** A text without the mark of the filter that made it. */
export function plain(value: Value): Value {
  return value instanceof NativeText ? value.text : value
}
