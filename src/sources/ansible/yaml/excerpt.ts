// How ansible-core shows the place of an error: the lines around it and a mark.
// Upstream: ansible-core 2.18 errors/__init__.py _get_extended_error; 2.19
// _internal/_errors/_error_utils.py SourceContext.

import type { Location } from '../../../base/problem.ts'
import type { LineTable } from '../../yaml/lines.ts'

/** A file as far as excerpts need it; `lineCount` leaves out an empty last line. */
export interface Lines {
  readonly lines: LineTable
  readonly text: string
}

function lineCount({ lines, text }: Lines): number {
  return text.endsWith('\n') || text === '' ? lines.count - 1 : lines.count
}

/** The paragraph that errors up to 2.18 end with; advice that may follow it is left out. */
export function excerptBefore219(file: Lines, at: Required<Omit<Location, 'path'>>): string {
  const head =
    `The error appears to be in '${at.file}': line ${at.line}, column ${at.column}, but may\n` +
    'be elsewhere in the file depending on the exact syntax problem.\n'
  let line = Math.min(at.line, lineCount(file))
  while (line > 1 && (file.lines.text(line) ?? '').trim() === '') line -= 1
  const target = file.lines.text(line)
  if (target === undefined || target.trim() === '') {
    return `${head}\n(specified line no longer in file, maybe it changed?)`
  }
  const before = (line > 1 ? (file.lines.text(line - 1) ?? '') : '').trimEnd()
  const offending = '\nThe offending line appears to be:\n\n'
  if (/\w+\s*=\s*[\w/-]+/.test(before)) {
    const column = before.indexOf('=')
    const place =
      `The error appears to be in '${at.file}': line ${at.line - 1}, column ${column + 1}, but may\n` +
      'be elsewhere in the file depending on the exact syntax problem.\n'
    return `${place}${offending}${before}\n${' '.repeat(column)}^ here\n\n`
  }
  const arrow = `${' '.repeat(at.column - 1)}^ here`
  return `${head}${offending}${before}\n${target.trimEnd()}\n${arrow}\n`
}

const linesBefore = 2
const widthMax = 120

/** `Origin: file:line:column` and the lines up to there, as 2.19 shows them. */
export function excerptSince219(file: Lines, at: Location): string {
  const place = [at.file, at.line, at.column].filter(part => part !== undefined).join(':')
  const origin = `Origin: ${place}`
  if (at.line === undefined) return origin
  if (at.line > lineCount(file)) return `${origin}\n\n(source not shown: file truncated)`
  const width = String(at.line).length
  const textMax = widthMax - width - 1
  const shown: string[] = []
  for (let line = Math.max(1, at.line - linesBefore); line <= at.line; line += 1) {
    const text = cut((file.lines.text(line) ?? '').replaceAll('\t', ' '), textMax)
    shown.push(`${String(line).padStart(width)}${text === '' ? '' : ' '}${text}`)
  }
  const last = shown.at(-1) ?? ''
  const mark = markUnder(at.column, last.length - width - 1, textMax)
  if (mark !== undefined) shown.push(`${' '.repeat(width)} ${mark}`)
  return [origin, '', ...shown].join('\n')
}

function cut(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max - 3)}...` : text
}

function markUnder(column: number | undefined, length: number, max: number): string | undefined {
  if (column === undefined) return '^'.repeat(Math.max(length, 0))
  if (column > max) return undefined
  const name = `column ${column}`
  return column + 1 + name.length > max
    ? `${' '.repeat(Math.max(column - name.length - 2, 0))}${name} ^`
    : `${' '.repeat(column - 1)}^ ${name}`
}
