// Methods of texts (Python's str).

import { isList, numberOf, Tuple, type Value } from '../../values.ts'
import { TemplateFailure } from '../failures.ts'
import { required, textArgument } from '../plugin.ts'
import { formatBraces } from '../python/format.ts'
import { iterate, truth } from '../python/iterate.ts'
import {
  capitalize,
  casefold,
  isSpace,
  split,
  splitLines,
  splitWhitespace,
  strip,
  swapCase,
  titleCase,
} from '../python/texts.ts'
import { characters, typeName } from '../python/types.ts'
import type { Method, Methods } from './method.ts'
import { repeatText } from '../python/repeat.ts'

function self(value: Value): string {
  return characters(value) ?? ''
}

function count(value: Value | undefined, fallback: number): number {
  if (value === undefined) return fallback
  const number = numberOf(value)
  if (typeof number === 'number' && Number.isInteger(number)) return number
  throw new TemplateFailure(`'${typeName(value)}' object cannot be interpreted as an integer`)
}

function stripping(side: 'both' | 'left' | 'right'): Method {
  return {
    params: 'chars',
    run: (value, [chars]) => {
      const set = chars === undefined || chars === null ? undefined : textArgument(chars, 'chars')
      return strip(self(value), set, side)
    },
  }
}

function splitting(isFromRight: boolean): Method {
  return {
    params: 'sep maxsplit',
    run: (value, [separator, max]) => {
      const most = count(max, -1)
      if (separator === undefined || separator === null) {
        return splitWhitespace(self(value), most, isFromRight)
      }
      const text = textArgument(separator, 'sep')
      if (text === '') throw new TemplateFailure('empty separator')
      return split(self(value), text, { max: most, isFromRight })
    },
  }
}

function affix(isStart: boolean): Method {
  return {
    params: 'prefix! start end',
    run: (value, [part, start, end]) => {
      const given = required(part, 'prefix')
      const options = given instanceof Tuple ? given.items : [given]
      const text = self(value).slice(count(start, 0), end === undefined ? undefined : count(end, 0))
      return options.some(option => {
        const wanted = textArgument(option, 'prefix')
        return isStart ? text.startsWith(wanted) : text.endsWith(wanted)
      })
    },
  }
}

function finding(isLast: boolean, isStrict: boolean): Method {
  return {
    params: 'sub! start end',
    run: (value, [part, start]) => {
      const wanted = textArgument(part, 'sub')
      const text = self(value)
      const found = isLast ? text.lastIndexOf(wanted) : text.indexOf(wanted, count(start, 0))
      if (found < 0 && isStrict) throw new TemplateFailure('substring not found')
      return found
    },
  }
}

function mapped(change: (text: string) => string): Method {
  return { run: value => change(self(value)) }
}

function matching(pattern: RegExp): Method {
  return { run: value => pattern.test(self(value)) }
}

function partition(isLast: boolean): Method {
  return {
    params: 'sep!',
    run: (value, [separator]) => {
      const text = self(value)
      const wanted = textArgument(separator, 'sep')
      const at = isLast ? text.lastIndexOf(wanted) : text.indexOf(wanted)
      if (at < 0) return new Tuple(isLast ? ['', '', text] : [text, '', ''])
      return new Tuple([text.slice(0, at), wanted, text.slice(at + wanted.length)])
    },
  }
}

function justified(side: 'left' | 'right' | 'center'): Method {
  return {
    params: 'width! fillchar',
    run: (value, [width, fill]) => {
      const text = self(value)
      const missing = count(width, 0) - text.length
      const character = fill === undefined ? ' ' : textArgument(fill, 'fillchar')
      if (missing <= 0) return text
      if (side === 'left') return text + repeatText(character, missing)
      if (side === 'right') return repeatText(character, missing) + text
      const left = Math.floor(missing / 2) + (missing & (count(width, 0) % 2 === 1 ? 1 : 0))
      return repeatText(character, left) + text + repeatText(character, missing - left)
    },
  }
}

const replacing: Method = {
  params: 'old! new! count',
  run: (value, [old, replacement, max]) => {
    const wanted = textArgument(old, 'old')
    const put = textArgument(replacement, 'new')
    const most = count(max, -1)
    return replaceText(self(value), wanted, { put, most })
  },
}

/** `text.replace(old, put, most)`; all where `most` is negative. */
export function replaceText(
  text: string,
  old: string,
  { put, most }: { readonly put: string; readonly most: number },
): string {
  if (most < 0) return text.split(old).join(put)
  const parts = split(text, old, { max: most, isFromRight: false })
  return parts.join(put)
}

export const textMethods: Methods = {
  capitalize: mapped(capitalize),
  casefold: mapped(casefold),
  center: justified('center'),
  count: {
    params: 'sub!',
    run: (value, [part]) => self(value).split(textArgument(part, 'sub')).length - 1,
  },
  encode: { params: 'encoding errors', run: value => value },
  endswith: affix(false),
  find: finding(false, false),
  format: {
    params: '*',
    run: (value, _args, context, given) =>
      formatBraces(self(value), { ...given, item: (object, key) => context.item(object, key) }),
  },
  index: finding(false, true),
  isalnum: matching(/^[\p{L}\p{N}]+$/u),
  isalpha: matching(/^\p{L}+$/u),
  isascii: matching(/^[\x00-\x7f]*$/),
  isdecimal: matching(/^\p{Nd}+$/u),
  isdigit: matching(/^[\p{Nd}\u00b2\u00b3\u00b9]+$/u),
  islower: tested(text => text === text.toLowerCase() && text !== text.toUpperCase()),
  isnumeric: matching(/^\p{N}+$/u),
  isspace: tested(text => text !== '' && Array.from(text).every(isSpace)),
  istitle: tested(text => text === titleCase(text) && /\p{L}/u.test(text)),
  isupper: tested(text => text === text.toUpperCase() && text !== text.toLowerCase()),
  isidentifier: matching(/^[\p{L}_][\p{L}\p{N}_]*$/u),
  join: { params: 'iterable!', run: (value, [items]) => joined(self(value), items) },
  ljust: justified('left'),
  lower: mapped(text => text.toLowerCase()),
  lstrip: stripping('left'),
  partition: partition(false),
  removeprefix: {
    params: 'prefix!',
    run: (value, [prefix]) => {
      const text = textArgument(prefix, 'prefix')
      return self(value).startsWith(text) ? self(value).slice(text.length) : self(value)
    },
  },
  removesuffix: {
    params: 'suffix!',
    run: (value, [suffix]) => {
      const text = textArgument(suffix, 'suffix')
      const isEnd = text !== '' && self(value).endsWith(text)
      return isEnd ? self(value).slice(0, -text.length) : self(value)
    },
  },
  replace: replacing,
  rfind: finding(true, false),
  rindex: finding(true, true),
  rjust: justified('right'),
  rpartition: partition(true),
  rsplit: splitting(true),
  rstrip: stripping('right'),
  split: splitting(false),
  splitlines: {
    params: 'keepends',
    run: (value, [keep]) => splitLines(self(value), keep !== undefined && truth(keep)),
  },
  startswith: affix(true),
  strip: stripping('both'),
  swapcase: mapped(swapCase),
  title: mapped(titleCase),
  upper: mapped(text => text.toUpperCase()),
  zfill: {
    params: 'width!',
    run: (value, [width]) => {
      const text = self(value)
      const sign = /^[-+]/.exec(text)?.[0] ?? ''
      return sign + padded(text.slice(sign.length), count(width, 0) - sign.length)
    },
  },
}

function tested(test: (text: string) => boolean): Method {
  return { run: value => test(self(value)) }
}

function joined(separator: string, given: Value | undefined): string {
  const items = iterate(required(given, 'iterable'))
  const texts = items.map((item, index) => {
    const text = isList(item) ? undefined : characters(item)
    if (text !== undefined) return text
    throw new TemplateFailure(
      `sequence item ${index}: expected str instance, ${typeName(item)} found`,
    )
  })
  return texts.join(separator)
}

function padded(text: string, width: number): string {
  return repeatText('0', Math.max(0, width - text.length)) + text
}
