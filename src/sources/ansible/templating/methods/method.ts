// The shape of a method of a Python type.

import type { Value } from '../../values.ts'
import type { Context } from '../context.ts'
import type { Bound } from '../plugin.ts'
import type { CallArguments } from '../special.ts'

export interface Method {
  /** Names of the parameters, separated by spaces; `*` takes what is left. */
  readonly params?: string
  /** Undefined and unknown arguments are passed in. */
  readonly takesAnything?: boolean
  readonly run: (self: Value, args: Bound, context: Context, given: CallArguments) => Value
}

export type Methods = Readonly<Record<string, Method>>
