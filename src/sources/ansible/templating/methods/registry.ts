// Methods of Python's types by type and name: what `text.split(…)` and `mapping.items()` call.

import { isList, isMapping, Tuple, type Value } from '../../values.ts'
import { bind } from '../plugin.ts'
import { isText, typeName } from '../python/types.ts'
import { Callable, View } from '../special.ts'
import { listMethods, tupleMethods } from './lists.ts'
import { mappingMethods } from './mappings.ts'
import type { Method, Methods } from './method.ts'
import { numberMethods } from './numbers.ts'
import { textMethods } from './texts.ts'

function methodsOf(value: Value): Methods | undefined {
  if (isMapping(value)) return mappingMethods
  if (isList(value)) return listMethods
  if (value instanceof Tuple || value instanceof View) return tupleMethods
  if (isText(value)) return textMethods
  return value === null ? undefined : numberMethods(value)
}

/** The method of that name bound to the value, or undefined. */
export function methodOf(value: Value, name: string): Value | undefined {
  const methods = methodsOf(value)
  if (methods === undefined || !Object.hasOwn(methods, name)) return undefined
  const method = methods[name] as Method
  return new Callable(
    `<built-in method ${name} of ${typeName(value)} object>`,
    (given, context) => method.run(value, bind(method.params ?? '', given, name), context, given),
    { takesAnything: method.takesAnything === true },
  )
}
