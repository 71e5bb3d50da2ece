// Methods of lists and tuples.

import { isList, numberOf, Tuple, type Value } from '../../values.ts'
import { TemplateFailure } from '../failures.ts'
import { required } from '../plugin.ts'
import { equals, order } from '../python/compare.ts'
import { iterate, truth } from '../python/iterate.ts'
import { repr } from '../python/represent.ts'
import { View } from '../special.ts'
import type { Methods } from './method.ts'

// Only templates that change a list get one of their own, see scope.ts.
function mutable(self: Value): Value[] {
  return self as Value[]
}

function itemsOf(self: Value): readonly Value[] {
  if (isList(self)) return self
  return self instanceof Tuple || self instanceof View ? self.items : []
}

function integer(value: Value | undefined, fallback: number): number {
  if (value === undefined) return fallback
  const number = numberOf(value)
  if (typeof number === 'number' && Number.isInteger(number)) return number
  throw new TemplateFailure('an integer is required')
}

function indexOf(self: Value, wanted: Value | undefined, start: Value | undefined): number {
  const value = required(wanted, 'value')
  const items = itemsOf(self)
  for (let index = integer(start, 0); index < items.length; index++) {
    if (equals(items[index] as Value, value)) return index
  }
  const message = isList(self) ? `${repr(value)} is not in list` : 'tuple.index(x): x not in tuple'
  throw new TemplateFailure(message)
}

export const tupleMethods: Methods = {
  index: {
    params: 'value! start stop',
    run: (self, [value, start]) => indexOf(self, value, start),
  },
  count: {
    params: 'value!',
    run: (self, [value]) => {
      const wanted = required(value, 'value')
      return itemsOf(self).filter(item => equals(item, wanted)).length
    },
  },
}

function changed(change: (list: Value[]) => void): (self: Value) => null {
  return self => {
    change(mutable(self))
    return null
  }
}

export const listMethods: Methods = {
  ...tupleMethods,
  append: {
    params: 'object!',
    takesAnything: true,
    run: (self, [value]) => {
      mutable(self).push(required(value, 'object'))
      return null
    },
  },
  extend: {
    params: 'iterable!',
    run: (self, [value]) => {
      mutable(self).push(...iterate(required(value, 'iterable')))
      return null
    },
  },
  insert: {
    params: 'index! object!',
    run: (self, [index, value]) => {
      mutable(self).splice(integer(index, 0), 0, required(value, 'object'))
      return null
    },
  },
  pop: {
    params: 'index',
    run: (self, [index]) => {
      const at = integer(index, -1)
      const [value] = mutable(self).splice(at, 1)
      if (value !== undefined) return value
      throw new TemplateFailure('pop index out of range')
    },
  },
  remove: {
    params: 'value!',
    run: (self, [value]) => {
      mutable(self).splice(indexOf(self, value, undefined), 1)
      return null
    },
  },
  reverse: { run: changed(list => list.reverse()) },
  clear: { run: changed(list => list.splice(0)) },
  copy: { run: self => [...itemsOf(self)] },
  sort: {
    params: 'key reverse',
    run: (self, [, isReverse]) => {
      mutable(self).sort(order)
      if (isReverse !== undefined && truth(isReverse)) mutable(self).reverse()
      return null
    },
  },
}
