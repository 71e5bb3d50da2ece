// All tests by name, each family in its own file.

import type { AnsibleVersion } from '../../values.ts'
import type { Plugin, Plugins } from '../plugin.ts'
import { comparisonTests } from './comparisons.ts'
import { networkTests } from './networks.ts'
import { pathTests } from './paths.ts'
import { pluginTests } from './plugins.ts'
import { regexTests } from './regex.ts'
import { resultTests } from './results.ts'
import { typeTests } from './types.ts'
import { versionTests } from './versions.ts'

const families: readonly Plugins[] = [
  comparisonTests,
  networkTests,
  pathTests,
  pluginTests,
  regexTests,
  resultTests,
  typeTests,
  versionTests,
]

const byName = new Map<string, Plugin>(families.flatMap(family => Object.entries(family)))

const collection = /^(?:ansible\.builtin|ansible\.legacy|community\.general)\./

// Since 2.19 only these see undefined values; all others pass them on.
const seesUndefined = new Set(['defined', 'undefined'])

const strict = new Map<string, Plugin>(
  [...byName].map(([name, test]) => [
    name,
    seesUndefined.has(name) ? test : { ...test, takesUndefined: false },
  ]),
)

/** The test of that name, with or without the collection it comes from. */
export function testOf(name: string, version: AnsibleVersion): Plugin | undefined {
  const tests = version === '2.19' ? strict : byName
  return tests.get(name) ?? tests.get(name.replace(collection, ''))
}
