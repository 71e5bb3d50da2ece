// Filters on numbers. Port of jinja 3.1.6 filters.py and ansible-core 2.18
// plugins/filter/mathstuff.py.

import { Float, numberOf, type Value } from '../../values.ts'
import { TemplateFailure } from '../failures.ts'
import { type Plugin, type Plugins, required } from '../plugin.ts'
import { binary, signed } from '../python/arithmetic.ts'
import { order } from '../python/compare.ts'
import { floatOf, integerOf, roundHalfEven } from '../python/numbers.ts'
import { iterate } from '../python/iterate.ts'
import { str } from '../python/represent.ts'
import { characters, touch, typeName } from '../python/types.ts'
import { Undefined } from '../special.ts'
import { attributeGetter } from './attribute-getter.ts'
import { humanReadable, humanToBytes } from './sizes.ts'

const int: Plugin = {
  params: 'default base',
  run: (input, [fallback = 0, base]) =>
    integerOf(input, base === undefined ? 10 : Number(numberOf(base) ?? 10)) ?? fallback,
}

const float: Plugin = {
  params: 'default',
  run: (input, [fallback = new Float(0)]) => {
    const value = floatOf(input)
    return value === undefined ? fallback : new Float(value)
  },
}

const round: Plugin = {
  params: 'precision method',
  run: (input, [precision = 0, method = 'common']) => {
    const digits = Number(numberOf(precision) ?? 0)
    const kind = str(method)
    if (!['common', 'ceil', 'floor'].includes(kind)) {
      throw new TemplateFailure('method must be common, ceil or floor')
    }
    const number = numberOf(input)
    if (number === undefined) {
      touch(input)
      throw new TemplateFailure(`type ${typeName(input)} doesn't define __round__ method`)
    }
    if (kind === 'common') {
      if (!(input instanceof Float)) return number
      return new Float(roundHalfEven(input.value, digits))
    }
    const scaled = Number(number) * 10 ** digits
    return new Float((kind === 'ceil' ? Math.ceil(scaled) : Math.floor(scaled)) / 10 ** digits)
  },
}

function numeric(input: Value, name: string): number {
  const number = numberOf(input)
  if (number !== undefined) return Number(number)
  touch(input)
  throw new TemplateFailure(
    `${name}() can only be used on numbers: must be real number, not ${typeName(input)}`,
  )
}

const log: Plugin = {
  params: 'base',
  run: (input, [base]) => {
    const value = numeric(input, 'log')
    if (value <= 0) throw new TemplateFailure('math domain error')
    if (base === undefined) return new Float(Math.log(value))
    const by = numeric(base, 'log')
    return new Float(by === 10 ? Math.log10(value) : Math.log(value) / Math.log(by))
  },
}

const root: Plugin = {
  params: 'base',
  run: (input, [base = 2]) => {
    const by = numeric(base, 'root')
    const value = numeric(input, 'root')
    if (by === 2 && value < 0) {
      throw new TemplateFailure('root() can only be used on numbers: math domain error')
    }
    return new Float(by === 2 ? Math.sqrt(value) : value ** (1 / by))
  },
}

function extreme(sign: number): Plugin {
  return {
    params: 'case_sensitive attribute',
    run: (input, [caseSensitive = false, attribute], context) => {
      const get =
        attribute === undefined || attribute === null
          ? (item: Value): Value => item
          : attributeGetter(context, attribute)
      const key = (item: Value): Value => {
        const value = get(item)
        const text = caseSensitive === true ? undefined : characters(value)
        return text === undefined ? value : text.toLowerCase()
      }
      const items = iterate(input)
      const [first] = items
      if (first === undefined) return new Undefined('No aggregated item, sequence was empty.')
      return items.reduce(
        (best, item) => (order(key(item), key(best)) * sign > 0 ? item : best),
        first,
      )
    },
  }
}

const sum: Plugin = {
  params: 'attribute start',
  run: (input, [attribute, start = 0], context) => {
    const get =
      attribute === undefined || attribute === null
        ? (item: Value): Value => item
        : attributeGetter(context, attribute)
    return iterate(input).reduce((total, item) => binary('+', total, get(item)), start)
  },
}

const filesize: Plugin = {
  params: 'binary',
  run: (input, [isBinary]) => {
    const bytes = floatOf(input) ?? 0
    const base = isBinary === true ? 1024 : 1000
    const units = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y']
    if (bytes === 1) return '1 Byte'
    if (bytes < base) return `${Math.trunc(bytes)} Bytes`
    const power = Math.min(Math.floor(Math.log(bytes) / Math.log(base)), units.length)
    const unit = isBinary === true ? `${units[power - 1]?.toUpperCase()}iB` : `${units[power - 1]}B`
    return `${(bytes / base ** power).toFixed(1)} ${unit}`
  },
}

export const numberFilters: Plugins = {
  int,
  float,
  round,
  abs: {
    run: input => {
      const number = numberOf(input)
      if (number === undefined) {
        throw new TemplateFailure(`bad operand type for abs(): '${typeName(input)}'`)
      }
      return Number(number) < 0 ? signed(input, true) : typeof input === 'boolean' ? number : input
    },
  },
  log,
  pow: {
    params: 'y!',
    run: (input, [power]) =>
      new Float(numeric(input, 'pow') ** numeric(required(power, 'y'), 'pow')),
  },
  root,
  min: extreme(-1),
  max: extreme(1),
  sum,
  filesizeformat: filesize,
  human_readable: humanReadable,
  human_to_bytes: humanToBytes,
}
