// Filters on texts. Port of jinja 3.1.6 filters.py, and of quote and comment of ansible-core 2.18.

import { isList, isMapping, numberOf, Tuple, type Value } from '../../values.ts'
import { TemplateFailure } from '../failures.ts'
import { replaceText } from '../methods/texts.ts'
import { type Plugin, type Plugins, required, textArgument } from '../plugin.ts'
import { formatPercent } from '../python/format.ts'
import { iterate, truth } from '../python/iterate.ts'
import { repr, str } from '../python/represent.ts'
import { capitalize, split, splitLines, splitWhitespace, strip } from '../python/texts.ts'
import { characters, isSequence, typeName } from '../python/types.ts'
import { NativeText } from '../special.ts'
import { attributeGetter } from './attribute-getter.ts'
import { comment } from './comment.ts'
import { repeatText } from '../python/repeat.ts'

function mapped(change: (text: string) => string): Plugin {
  return { run: input => change(str(input)) }
}

function whole(value: Value | undefined, fallback: number): number {
  if (value === undefined || value === null) return fallback
  const number = numberOf(value)
  if (number !== undefined) return Number(number)
  throw new TemplateFailure(`'${typeName(value)}' object cannot be interpreted as an integer`)
}

const join: Plugin = {
  params: 'd attribute',
  run: (input, [separator = '', attribute], context) => {
    const items = iterate(input)
    const get =
      attribute === undefined || attribute === null
        ? undefined
        : attributeGetter(context, attribute)
    return items.map(item => str(get === undefined ? item : get(item))).join(str(separator))
  },
}

const indent: Plugin = {
  params: 'width first blank',
  run: (input, [width = 4, isFirst = false, isBlank = false]) => {
    const text = characters(input)
    if (text === undefined) {
      throw new TemplateFailure(`'${typeName(input)}' object has no attribute 'splitlines'`)
    }
    const prefix = characters(width) ?? repeatText(' ', Math.max(whole(width, 4), 0))
    const lines = splitLines(`${text}\n`, false)
    const rest = lines.slice(1).map(line => (line === '' && !truth(isBlank) ? line : prefix + line))
    const [first = ''] = lines
    return [truth(isFirst) ? prefix + first : first, ...rest].join('\n')
  },
}

const truncate: Plugin = {
  params: 'length killwords end leeway',
  run: (input, [length, kills = false, end = '...', leeway]) => {
    const text = str(input)
    const max = whole(length, 255)
    const tail = str(end)
    if (text.length <= max + whole(leeway, 5)) return text
    const cut = text.slice(0, max - tail.length)
    if (truth(kills)) return cut + tail
    const space = cut.lastIndexOf(' ')
    return (space < 0 ? cut : cut.slice(0, space)) + tail
  },
}

function center(text: string, width: number): string {
  const missing = width - text.length
  if (missing <= 0) return text
  const left = Math.floor(missing / 2) + (missing & width & 1)
  return repeatText(' ', left) + text + repeatText(' ', missing - left)
}

// `text` before 2.19 is the last word: it is never read as a literal.
const string: Plugin = {
  run: (input, _args, { isNative }) => {
    const text = str(input)
    return isNative ? text : new NativeText(text)
  },
}

function title(text: string): string {
  return text
    .split(/([-\s({[<]+)/)
    .map(capitalize)
    .join('')
}

function shellQuote(text: string): string {
  if (text === '') return "''"
  return /[^\w@%+=:,./-]/.test(text) ? `'${text.replaceAll("'", `'"'"'`)}'` : text
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
}

const escape: Plugin = mapped(text => text.replace(/[&<>"']/g, each => entities[each] ?? each))

function urlQuote(text: string, keepsSlash = true): string {
  const quoted = encodeURIComponent(text).replace(
    /[!'()*]/g,
    each => `%${each.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return keepsSlash ? quoted.replaceAll('%2F', '/') : quoted
}

const urlencode: Plugin = {
  run: input => {
    if (characters(input) !== undefined || (!isMapping(input) && !isSequence(input))) {
      return urlQuote(str(input))
    }
    const pairs = isMapping(input) ? [...input] : iterate(input).map(pair => iterate(pair))
    return pairs
      .map(
        ([key, value]) => `${urlQuote(str(key ?? ''), false)}=${urlQuote(str(value ?? ''), false)}`,
      )
      .join('&')
  },
}

const wordwrap: Plugin = {
  params: 'width break_long_words wrapstring break_on_hyphens',
  run: (input, [width, , separator]) => {
    const max = whole(width, 79)
    const wrap = (line: string): string => {
      const lines: string[] = ['']
      for (const word of line.split(/\s+/).filter(each => each !== '')) {
        const last = lines.at(-1) ?? ''
        if (last === '') lines[lines.length - 1] = word
        else if (last.length + 1 + word.length <= max) lines[lines.length - 1] = `${last} ${word}`
        else lines.push(word)
      }
      return lines.join(separator === undefined || separator === null ? '\n' : str(separator))
    }
    return splitLines(str(input), false).map(wrap).join('\n')
  },
}

export const textFilters: Plugins = {
  string,
  lower: mapped(text => text.toLowerCase()),
  upper: mapped(text => text.toUpperCase()),
  capitalize: mapped(capitalize),
  title: mapped(title),
  trim: {
    params: 'chars',
    run: (input, [chars]) =>
      strip(str(input), chars === undefined || chars === null ? undefined : str(chars)),
  },
  replace: {
    params: 'old! new! count',
    run: (input, [old, replacement, count]) =>
      replaceText(str(input), str(required(old, 'old')), {
        put: str(required(replacement, 'new')),
        most: whole(count, -1),
      }),
  },
  join,
  indent,
  truncate,
  center: { params: 'width', run: (input, [width]) => center(str(input), whole(width, 80)) },
  format: {
    params: '*',
    run: (input, _args, _context, { positional, named }) =>
      formatPercent(
        str(input),
        named.size > 0 ? new Map<Value, Value>(named) : new Tuple(positional),
      ),
  },
  wordcount: { run: input => (str(input).match(/[\p{L}\p{N}_]+/gu) ?? []).length },
  wordwrap,
  split: {
    params: 'sep maxsplit',
    run: (input, [separator, max]) => {
      const text = characters(input)
      if (text === undefined)
        throw new TemplateFailure("descriptor 'split' for 'str' objects doesn't apply")
      const most = whole(max, -1)
      if (separator === undefined || separator === null) return splitWhitespace(text, most, false)
      return split(text, textArgument(separator, 'sep'), { max: most, isFromRight: false })
    },
  },
  quote: { run: input => shellQuote(input === null ? '' : str(input)) },
  comment,
  e: escape,
  escape,
  forceescape: escape,
  safe: { run: input => (isList(input) ? str(input) : input) },
  striptags: mapped(text =>
    text
      .replace(/<!--[\s\S]*?-->|<[^>]*>/g, '')
      .split(/\s+/)
      .join(' ')
      .trim(),
  ),
  urlencode,
  pprint: { run: input => repr(input) },
}
