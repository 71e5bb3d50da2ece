// The shape of a lookup: terms and options to a list.

import type { Value } from '../../values.ts'
import type { Context } from '../context.ts'

export type Lookup = (
  terms: readonly Value[],
  named: ReadonlyMap<string, Value>,
  context: Context,
) => readonly Value[]

export type Lookups = Readonly<Record<string, Lookup>>
