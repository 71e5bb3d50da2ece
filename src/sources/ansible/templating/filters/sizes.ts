// The filters human_readable and human_to_bytes. Port of ansible-core 2.18
// module_utils/common/text/formatters.py.

import { Float, integer, numberOf } from '../../values.ts'
import { TemplateFailure } from '../failures.ts'
import type { Plugin } from '../plugin.ts'
import { truth } from '../python/iterate.ts'
import { floatOf } from '../python/numbers.ts'
import { str } from '../python/represent.ts'

const ranges: readonly (readonly [string, number])[] = [
  ['Y', 2 ** 80],
  ['Z', 2 ** 70],
  ['E', 2 ** 60],
  ['P', 2 ** 50],
  ['T', 2 ** 40],
  ['G', 2 ** 30],
  ['M', 2 ** 20],
  ['K', 2 ** 10],
  ['B', 1],
]

const long: Readonly<Record<string, string>> = {
  B: 'byte',
  K: 'kilo',
  M: 'mega',
  G: 'giga',
  T: 'tera',
  P: 'peta',
  E: 'exa',
  Z: 'zetta',
  Y: 'yotta',
}

export const humanReadable: Plugin = {
  params: 'isbits unit',
  run: (input, [isBits = false, unit]) => {
    const size = numberOf(input) === undefined ? floatOf(input) : Number(numberOf(input))
    if (size === undefined) {
      throw new TemplateFailure(`human_readable() can't interpret following string: ${str(input)}`)
    }
    const base = truth(isBits) ? 'bits' : 'Bytes'
    const wanted = unit === undefined || unit === null ? undefined : str(unit).toUpperCase()
    const found =
      ranges.find(([name, limit]) => (wanted === undefined ? size >= limit : wanted[0] === name)) ??
      (['B', 1] as const)
    const [name, limit] = found
    const suffix = limit === 1 ? base : `${name}${truth(isBits) ? 'b' : 'B'}`
    return `${(size / limit).toFixed(2)} ${suffix}`
  },
}

export const humanToBytes: Plugin = {
  params: 'default_unit isbits',
  run: (input, [defaultUnit, isBits = false], { isNative }) => {
    const fail = (): never => {
      throw new TemplateFailure(
        isNative
          ? "human_to_bytes() can't interpret the input"
          : `human_to_bytes() can't interpret following string: ${str(input)}`,
      )
    }
    const match = /^([0-9]*\.?[0-9]+)(?:\s*([A-Za-z]+))?\s*$/.exec(str(input))
    if (match === null) return fail()
    const unit =
      match[2] ?? (defaultUnit === undefined || defaultUnit === null ? '' : str(defaultUnit))
    if (unit === '') return integer(BigInt(Math.round(Number(match[1]))))
    const limit = factor(unit, truth(isBits))
    if (limit === undefined) return fail()
    const bytes = new Float(Number(match[1]) * limit)
    return integer(BigInt(Math.round(bytes.value)))
  },
}

function factor(unit: string, isBits: boolean): number | undefined {
  const key = (unit[0] ?? '').toUpperCase()
  const limit = ranges.find(([name]) => name === key)?.[1]
  if (limit === undefined || unit.length === 1) return limit
  const letter = isBits ? 'b' : 'B'
  const word = isBits ? 'bit' : 'byte'
  if (unit === `${key}${letter}` || unit.toLowerCase() === `${long[key]}${word}`) return limit
  const isShort = unit.length === 2 && unit[1] === letter
  const isPlain = key === 'B' && (unit.toLowerCase() === word || unit.toLowerCase() === `${word}s`)
  return isPlain || isShort ? limit : undefined
}
