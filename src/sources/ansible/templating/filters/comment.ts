// The filter `comment`. Port of ansible-core 2.18 plugins/filter/core.py comment.

import { numberOf, type Value } from '../../values.ts'
import { TemplateFailure } from '../failures.ts'
import type { Plugin } from '../plugin.ts'
import { str } from '../python/represent.ts'
import { repeatText } from '../python/repeat.ts'
import { characters, typeName } from '../python/types.ts'

interface Style {
  readonly beginning?: string
  readonly decoration: string
  readonly end?: string
}

const styles: Readonly<Record<string, Style>> = {
  plain: { decoration: '# ' },
  erlang: { decoration: '% ' },
  c: { decoration: '// ' },
  cblock: { beginning: '/*', decoration: ' * ', end: ' */' },
  xml: { beginning: '<!--', decoration: ' - ', end: '-->' },
}

export const comment: Plugin = {
  params: 'style newline beginning prefix prefix_count decoration postfix postfix_count end',
  run: (input, [name = 'plain', ...given]) => {
    const style = styles[str(name)]
    if (style === undefined) throw new TemplateFailure(`Invalid style '${str(name)}'.`)
    const [newline, beginning, prefix, prefixCount, decoration, postfix, postfixCount, end] = given
    const text = (value: Value | undefined, fallback: string): string =>
      value === undefined ? fallback : str(value)
    const mark = text(decoration, style.decoration)
    const line = text(newline, '\n')
    const start = text(beginning, style.beginning ?? '')
    const last = text(end, style.end ?? '')
    const before = text(prefix, mark.trimEnd())
    const after = text(postfix, mark.trimEnd())
    const own = characters(input)
    if (own === undefined) {
      throw new TemplateFailure(`'${typeName(input)}' object has no attribute 'replace'`)
    }
    const body = (mark + own.replaceAll(line, line + mark)).replaceAll(
      mark + line,
      mark.trimEnd() + line,
    )
    const prefixes =
      before === '' ? '' : repeatText(before === line ? line : before + line, count(prefixCount))
    return [
      start === '' ? '' : start + line,
      prefixes,
      body,
      repeatText(`${line}${after}`, count(postfixCount)),
      last === '' ? '' : line + last,
    ].join('')
  },
}

function count(value: Value | undefined): number {
  return value === undefined ? 1 : Number(numberOf(value) ?? 1)
}
