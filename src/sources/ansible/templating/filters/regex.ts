// Filters with regular expressions. Port of ansible-core 2.18 plugins/filter/core.py.

import { numberOf, Tuple, type Value } from '../../values.ts'
import { TemplateFailure } from '../failures.ts'
import { type Plugin, type Plugins, required } from '../plugin.ts'
import { truth } from '../python/iterate.ts'
import { compileRegex, expandReplacement, groupOf, patternOf } from '../python/regex.ts'
import { str } from '../python/represent.ts'

function regex(
  pattern: Value | undefined,
  ignoresCase: Value = false,
  isMultiline: Value = false,
): RegExp {
  return compileRegex(patternOf(required(pattern, 'pattern')), {
    ignoresCase: truth(ignoresCase),
    isMultiline: truth(isMultiline),
  })
}

const replace: Plugin = {
  params: 'pattern replacement ignorecase multiline count mandatory_count',
  run: (input, [pattern = '', replacement = '', ignores, multiline, count = 0, wanted = 0]) => {
    const text = str(input)
    const template = str(replacement)
    const most = Number(numberOf(count) ?? 0)
    const expression = regex(pattern, ignores, multiline)
    // Python reads the replacement before it looks for the first match.
    const groups = new RegExp(`${expression.source}|`, expression.flags).exec('')
    if (groups !== null) expandReplacement(template, groups)
    let done = 0
    const result = text.replace(expression, (...parts) => {
      const whole = parts[0] as string
      if (most > 0 && done >= most) return whole
      done += 1
      return expandReplacement(template, matchOf(parts))
    })
    const needed = Number(numberOf(wanted) ?? 0)
    if (needed > 0 && needed !== done) {
      throw new TemplateFailure(
        `'${str(pattern)}' should match ${needed} times, but matches ${most} times in '${text}'`,
      )
    }
    return result
  },
}

// The arguments of a replacer: match, groups, offset, text, named groups.
function matchOf(parts: readonly unknown[]): RegExpMatchArray {
  const last = parts.at(-1)
  const hasNames = typeof last === 'object'
  const groups = parts.slice(0, parts.length - (hasNames ? 3 : 2)) as string[]
  return Object.assign(groups, { groups: hasNames ? last : undefined }) as RegExpMatchArray
}

const findall: Plugin = {
  params: 'regex! multiline ignorecase',
  run: (input, [pattern, multiline, ignores]) =>
    [...str(input).matchAll(regex(pattern, ignores, multiline))].map(match => {
      if (match.length === 1) return match[0]
      if (match.length === 2) return match[1] ?? ''
      return new Tuple(match.slice(1).map(group => group ?? ''))
    }),
}

const search: Plugin = {
  params: '*',
  run: (input, _args, _context, { positional, named }) => {
    const [pattern, ...groups] = positional
    const names = groups.map(group => {
      const text = str(group)
      const found = /^\\g<(\S+)>|^\\(\d+)/.exec(text)
      if (found === null) throw new TemplateFailure('Unknown argument')
      return found[1] ?? found[2] ?? ''
    })
    const match = regex(
      pattern ?? named.get('regex'),
      named.get('ignorecase'),
      named.get('multiline'),
    ).exec(str(input))
    if (match === null) return null
    return names.length === 0 ? match[0] : names.map(name => groupOf(match, name))
  },
}

const escape: Plugin = {
  params: 're_type',
  run: (input, [kind = 'python']) => {
    const text = str(input)
    if (str(kind) === 'posix_basic') return text.replace(/[\].[^$*\\]/g, '\\$&')
    if (str(kind) === 'python') return text.replace(/[()[\]{}?*+\-|^$\\.&~# \t\n\r\v\f]/g, '\\$&')
    throw new TemplateFailure(`Invalid regex type (${str(kind)})`)
  },
}

export const regexFilters: Plugins = {
  regex_replace: replace,
  regex_findall: findall,
  regex_search: search,
  regex_escape: escape,
}
