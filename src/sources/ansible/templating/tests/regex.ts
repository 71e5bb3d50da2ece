// Tests with regular expressions. Port of ansible-core 2.18 plugins/test/core.py regex, match,
// search.

import type { Value } from '../../values.ts'
import type { Plugin, Plugins } from '../plugin.ts'
import { truth } from '../python/iterate.ts'
import { compileRegex, patternOf } from '../python/regex.ts'
import { str } from '../python/represent.ts'

function matching(fixed: 'match' | 'search' | undefined): Plugin {
  return {
    params: 'pattern ignorecase multiline match_type',
    run: (input, [pattern = '', ignores = false, multiline = false, type = 'search']) => {
      const text = str(input)
      const expression = compileRegex(patternOf(pattern), {
        ignoresCase: truth(ignores),
        isMultiline: truth(multiline),
      })
      return finds(expression, text, fixed ?? kindOf(type))
    },
  }
}

type Kind = 'match' | 'search' | 'fullmatch'

function kindOf(value: Value): Kind {
  const text = str(value)
  return text === 'match' || text === 'fullmatch' ? text : 'search'
}

function finds(expression: RegExp, text: string, kind: Kind): boolean {
  if (kind === 'search') return expression.exec(text) !== null
  const anchored = new RegExp(expression.source, expression.flags.replace('g', 'y'))
  const match = anchored.exec(text)
  return match !== null && (kind === 'match' || match[0].length === text.length)
}

export const regexTests: Plugins = {
  match: matching('match'),
  search: matching('search'),
  regex: matching(undefined),
}
