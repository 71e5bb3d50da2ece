// All filters by name, each family in its own file.

import type { Plugin, Plugins } from '../plugin.ts'
import { controlFilters } from './control.ts'
import { encodingFilters } from './encoding.ts'
import { ipFilters } from './ip.ts'
import { listFilters } from './lists.ts'
import { mappingFilters } from './mappings.ts'
import { numberFilters } from './numbers.ts'
import { pathFilters } from './paths.ts'
import { queryFilters } from './query.ts'
import { randomFilters } from './random.ts'
import { regexFilters } from './regex.ts'
import { selectFilters } from './select.ts'
import { setFilters } from './sets.ts'
import { textFilters } from './texts.ts'
import { urlFilters } from './urls.ts'

const families: readonly Plugins[] = [
  controlFilters,
  encodingFilters,
  ipFilters,
  listFilters,
  mappingFilters,
  numberFilters,
  pathFilters,
  queryFilters,
  randomFilters,
  regexFilters,
  selectFilters,
  setFilters,
  textFilters,
  urlFilters,
]

const byName = new Map<string, Plugin>(families.flatMap(family => Object.entries(family)))

const collection = /^(?:ansible\.builtin|ansible\.legacy|community\.general)\./

/** The filter of that name, with or without the collection it comes from. */
export function filterOf(name: string): Plugin | undefined {
  return byName.get(name) ?? byName.get(name.replace(collection, ''))
}
