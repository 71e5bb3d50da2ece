// Tests of what a value is. Port of jinja 3.1.6 tests.py.

import { Float, isList, isMapping, numberOf, PythonSet, Tuple, type Value } from '../../values.ts'
import type { Plugin, Plugins } from '../plugin.ts'
import { truth } from '../python/iterate.ts'
import { characters, isText, touch } from '../python/types.ts'
import { Callable, Deferred, mergeUnknown, Undefined, Unknown, View } from '../special.ts'

/** A test that also takes undefined values, as those of Jinja do. */
function is(test: (value: Value) => boolean): Plugin {
  return { takesUndefined: true, run: test }
}

function isNumber(value: Value): boolean {
  return numberOf(value) !== undefined
}

function isInteger(value: Value): boolean {
  return isNumber(value) && !(value instanceof Float) && typeof value !== 'boolean'
}

function isIterable(value: Value): boolean {
  if (isText(value) || isList(value) || isMapping(value)) return true
  if (value instanceof Tuple || value instanceof PythonSet || value instanceof View) return true
  touch(value)
  return false
}

function isSequence(value: Value): boolean {
  if (value instanceof View) return value.type === 'range'
  return isText(value) || isList(value) || isMapping(value) || value instanceof Tuple
}

function definedness(wanted: boolean): Plugin {
  return {
    takesUndefined: true,
    takesUnknown: true,
    run: input => {
      if (input instanceof Unknown) return input.isDefined ? wanted : mergeUnknown([input])
      if (input instanceof Deferred && !input.isUndefined) return input
      return input instanceof Undefined !== wanted
    },
  }
}

function cased(change: (text: string) => string): Plugin {
  return {
    run: input => {
      const text = characters(input) ?? ''
      return text === change(text) && /\p{L}/u.test(text)
    },
  }
}

function truthTest(wanted: boolean): Plugin {
  return {
    params: 'convert_bool',
    run: (input, [converts = false]) => {
      const word = truth(converts) ? characters(input)?.toLowerCase().trim() : undefined
      if (word !== undefined && ['y', 'yes', 'on', '1', 'true', 't', '1.0'].includes(word))
        return wanted
      if (word !== undefined && ['n', 'no', 'off', '0', 'false', 'f', '0.0'].includes(word))
        return !wanted
      return truth(input) === wanted
    },
  }
}

export const typeTests: Plugins = {
  defined: definedness(true),
  undefined: definedness(false),
  none: is(value => value === null),
  boolean: is(value => typeof value === 'boolean'),
  true: is(value => value === true),
  false: is(value => value === false),
  number: is(isNumber),
  integer: is(isInteger),
  float: is(value => value instanceof Float),
  string: is(isText),
  mapping: is(value => isMapping(value)),
  sequence: is(isSequence),
  iterable: is(isIterable),
  callable: is(value => value instanceof Callable || value instanceof Undefined),
  lower: cased(text => text.toLowerCase()),
  upper: cased(text => text.toUpperCase()),
  truthy: truthTest(true),
  falsy: truthTest(false),
  escaped: is(() => false),
}
