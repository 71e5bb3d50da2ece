// Tests that compare values. Port of jinja 3.1.6 tests.py and ansible-core 2.18
// plugins/test/mathstuff.py.

import { isList, isMapping, numberOf, type Value } from '../../values.ts'
import { TemplateFailure } from '../failures.ts'
import { type Plugin, type Plugins, required } from '../plugin.ts'
import { binary } from '../python/arithmetic.ts'
import { contains, equals, order, someEqual } from '../python/compare.ts'
import { iterate, truth } from '../python/iterate.ts'
import { touch, typeName } from '../python/types.ts'
import { Undefined } from '../special.ts'

function comparing(holds: (a: Value, b: Value) => boolean): Plugin {
  return {
    params: 'other!',
    takesUndefined: true,
    run: (input, [other]) => holds(input, required(other, 'other')),
  }
}

function remainder(input: Value, by: Value): number {
  const result = binary('%', input, by)
  return Number(numberOf(result) ?? Number.NaN)
}

const eq = comparing(equals)
const ne = comparing((a, b) => !equals(a, b))
const lt = comparing((a, b) => order(a, b, '<') < 0)
const le = comparing((a, b) => order(a, b, '<=') <= 0)
const gt = comparing((a, b) => order(a, b, '>') > 0)
const ge = comparing((a, b) => order(a, b, '>=') >= 0)

const subset = comparing((a, b) => iterate(a).every(item => someEqual(iterate(b), item)))
const superset = comparing((a, b) => iterate(b).every(item => someEqual(iterate(a), item)))

// Python's `is` for the values that templates can compare with it.
function isSame(a: Value, b: Value): boolean {
  if (isList(a) || isMapping(a) || a instanceof Undefined || b instanceof Undefined) return a === b
  return typeName(a) === typeName(b) && equals(a, b)
}

export const comparisonTests: Plugins = {
  eq,
  equalto: eq,
  '==': eq,
  ne,
  '!=': ne,
  lt,
  lessthan: lt,
  '<': lt,
  le,
  '<=': le,
  gt,
  greaterthan: gt,
  '>': gt,
  ge,
  '>=': ge,
  in: comparing((item, container) => contains(container, item)),
  contains: comparing((container, item) => contains(container, item)),
  sameas: comparing(isSame),
  even: { run: input => remainder(input, 2) === 0 },
  odd: { run: input => remainder(input, 2) === 1 },
  divisibleby: {
    params: 'num!',
    run: (input, [by]) => remainder(input, required(by, 'num')) === 0,
  },
  subset,
  issubset: subset,
  superset,
  issuperset: superset,
  any: { run: input => iterate(input).some(truth) },
  all: { run: input => iterate(input).every(truth) },
  nan: {
    run: input => {
      touch(input)
      const number = numberOf(input)
      if (number === undefined)
        throw new TemplateFailure(`must be real number, not ${typeName(input)}`)
      return Number.isNaN(Number(number))
    },
  },
}
