// The filters random and shuffle: known with a seed, unknown without. Port of ansible-core 2.18
// plugins/filter/core.py rand and randomize_list.

import { integer, numberOf, type Value } from '../../values.ts'
import { TemplateFailure, UnknownSignal } from '../failures.ts'
import { type Plugin, type Plugins } from '../plugin.ts'
import { iterate, truth } from '../python/iterate.ts'
import { PythonRandom } from '../python/random.ts'
import { str } from '../python/represent.ts'
import { characters } from '../python/types.ts'
import { Unknown } from '../special.ts'

function generator(seed: Value): PythonRandom {
  const number = numberOf(seed)
  const isWhole =
    number !== undefined && characters(seed) === undefined && Number.isInteger(Number(number))
  return new PythonRandom(isWhole ? BigInt(number) : str(seed))
}

function unseeded(): never {
  throw new UnknownSignal(new Unknown(['a random choice without a seed']))
}

function range(limits: readonly (Value | undefined)[]): readonly bigint[] {
  return limits.map((limit, index) => {
    const number = limit === undefined || limit === null ? undefined : numberOf(limit)
    if (number === undefined || Number(number) === 0) return index === 2 ? 1n : 0n
    return BigInt(number)
  })
}

const random: Plugin = {
  params: 'start step seed',
  run: (input, [start, step, seed]) => {
    const end = numberOf(input)
    if (end === undefined) {
      const items = iterate(input)
      if (items.length === 0) throw new TemplateFailure('Cannot choose from an empty sequence')
      if (seed === undefined || seed === null) return unseeded()
      return items[Number(generator(seed).below(BigInt(items.length)))] as Value
    }
    const [low = 0n, , by = 1n] = range([start, undefined, step])
    const width = BigInt(end) - low
    const count = (width + by - 1n) / by
    if (count <= 0n) throw new TemplateFailure(`empty range for randrange()`)
    if (seed === undefined || seed === null) return unseeded()
    return integer(low + by * generator(seed).below(count))
  },
}

const shuffle: Plugin = {
  params: 'seed',
  run: (input, [seed = null]) => {
    const items = iterate(input)
    if (items.length < 2) return [...items]
    return truth(seed) ? generator(seed).shuffled(items) : unseeded()
  },
}

export const randomFilters: Plugins = { random, shuffle }
