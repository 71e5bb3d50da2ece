// The test `version`. Port of ansible-core 2.18 plugins/test/core.py version_compare,
// module_utils/compat/version.py and utils/version.py.

import { type Plugin, type Plugins, required } from '../plugin.ts'
import { TemplateFailure } from '../failures.ts'
import { truth } from '../python/iterate.ts'
import { repr, str } from '../python/represent.ts'
import { compareLoose, comparePep440, compareSemantic, compareStrict } from './version-kinds.ts'

const operators: Readonly<Record<string, (sign: number) => boolean>> = {
  '==': sign => sign === 0,
  '=': sign => sign === 0,
  eq: sign => sign === 0,
  '<': sign => sign < 0,
  lt: sign => sign < 0,
  '<=': sign => sign <= 0,
  le: sign => sign <= 0,
  '>': sign => sign > 0,
  gt: sign => sign > 0,
  '>=': sign => sign >= 0,
  ge: sign => sign >= 0,
  '!=': sign => sign !== 0,
  '<>': sign => sign !== 0,
  ne: sign => sign !== 0,
}

type Comparison = (a: string, b: string) => number

const kinds: Readonly<Record<string, Comparison>> = {
  loose: compareLoose,
  strict: compareStrict,
  semver: compareSemantic,
  semantic: compareSemantic,
  pep440: comparePep440,
}

const version: Plugin = {
  params: 'version! operator strict version_type',
  run: (input, [given, operator = 'eq', strict = null, kind = null]) => {
    const other = required(given, 'version')
    if (strict !== null && kind !== null) {
      throw new TemplateFailure("Cannot specify both 'strict' and 'version_type'")
    }
    if (!truth(input)) throw new TemplateFailure('Input version value cannot be empty')
    if (!truth(other)) {
      throw new TemplateFailure('Version parameter to compare against cannot be empty')
    }
    const name = truth(strict) ? 'strict' : kind === null ? 'loose' : str(kind)
    const compare = kinds[name]
    if (compare === undefined) {
      const all = Object.keys(kinds).map(each => repr(each))
      throw new TemplateFailure(`Invalid version type (${name}). Must be one of ${all.join(', ')}`)
    }
    const test = operators[str(operator)]
    if (test === undefined) {
      const all = Object.keys(operators).map(each => repr(each))
      throw new TemplateFailure(
        `Invalid operator type (${str(operator)}). Must be one of ${all.join(', ')}`,
      )
    }
    try {
      return test(compare(str(input), str(other)))
    } catch (error) {
      if (!(error instanceof TemplateFailure)) throw error
      throw new TemplateFailure(`Version comparison failed: ${error.message}`)
    }
  },
}

export const versionTests: Plugins = { version, version_compare: version }
