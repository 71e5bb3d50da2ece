// One finding for people: what, exact text, code frames, "because" chain, what to do.

import { createColors } from 'picocolors'
import type { Location } from '../base/problem.ts'
import type { Cause, Finding, Remedy } from '../explain/report.ts'
import { frame } from './frame.ts'
import type { ReportContext } from './framework.ts'
import { objectText, whenText } from './words.ts'

type Colors = ReturnType<typeof createColors>

/** Frames of causes beside the primary one; more would hide the finding. */
const framesMax = 3
const labelMax = 45

/** The lines of a finding without a newline at the end. */
export function findingText(finding: Finding, context: ReportContext): string {
  const colors = createColors(context.color)
  const lines = [
    head(finding, colors),
    ...finding.message.split('\n').map(line => `  ${line}`),
    ...frames(finding, context, colors),
    ...windowLines(finding),
    ...finding.causes.map(cause => `  because  ${causeText(cause)}`),
    ...finding.remedies.flatMap(remedy => remedyLines(remedy, colors)),
  ]
  return lines.join('\n')
}

/** Where only some windows of the scheduler show it, which one does. */
function windowLines({ windows }: Finding): readonly string[] {
  if (windows === undefined) return []
  const { found, of, schedule } = windows
  const where = found === of ? `in all ${of} windows` : `in ${found} of ${of} windows`
  return [`  found ${where} of the scheduler; --replay ${schedule} shows it`]
}

function head(finding: Finding, colors: Colors): string {
  const { severity, rule, verdict, object, workload, count } = finding
  const mark = marks(colors)[severity]
  const times = count > 1 ? `  ×${count}` : ''
  const title = `${rule} ${verdict}`
  const who = colors.bold(objectText(workload ?? object))
  return `${mark} ${title}  ${who}${times}  ${colors.dim(whenText(finding))}`
}

function marks(colors: Colors): Readonly<Record<Finding['severity'], string>> {
  return { error: colors.red('✗'), warning: colors.yellow('!'), info: colors.cyan('·') }
}

function frames(finding: Finding, context: ReportContext, colors: Colors): readonly string[] {
  const places = [finding.location, ...finding.causes.flatMap(({ locations }) => locations)]
  const seen = new Set<string>()
  const distinct = places.filter((place): place is Location => {
    if (place === undefined || seen.has(lineText(place))) return false
    seen.add(lineText(place))
    return true
  })
  const options = { sourceText: context.sourceText, indent: '   ', accent: colors.cyan }
  return distinct
    .slice(0, framesMax)
    .flatMap(location =>
      frame(
        { location, ...(location.path !== undefined && { text: tail(location.path) }) },
        options,
      ),
    )
}

/** The end of a long path, which tells where one is; its start is in every finding. */
function tail(path: string): string {
  if (path.length <= labelMax) return path
  const keys = path.split('.')
  let text = keys.at(-1) ?? ''
  for (const key of keys.slice(0, -1).reverse()) {
    if (key.length + 1 + text.length > labelMax) break
    text = `${key}.${text}`
  }
  return `…${text}`
}

function lineText({ file, line }: Location): string {
  return line === undefined ? file : `${file}:${line}`
}

/** The sentence, with the places and writers that it does not name itself. */
function causeText({ text, locations, writers }: Cause): string {
  const places = [...new Set(locations.map(lineText))].filter(place => !text.includes(place))
  const others = writers.filter(writer => !text.includes(writer))
  const by = others.length === 0 ? [] : [`set by ${others.join(', ')}`]
  const rest = [...places, ...by].join(', ')
  return rest === '' ? text : `${text} (${rest})`
}

function remedyLines(remedy: Remedy, colors: Colors): readonly string[] {
  const { applicability, kind, summary, cost, diff, proof } = remedy
  const price = cost === undefined ? '' : `; the price: ${cost}`
  const asks = kind === 'suggestion' ? ' (suggestion)' : ''
  const shown = diff === '' ? [] : diff.trimEnd().split('\n')
  return [
    `  ${colors.green(applicability.padEnd(8))} ${summary}${asks}${price}`,
    ...(proof === undefined ? [] : [`           ${proof}`]),
    ...shown.map(line => `           ${diffLine(line, colors)}`),
  ]
}

function diffLine(line: string, colors: Colors): string {
  if (line.startsWith('+')) return colors.green(line)
  return line.startsWith('-') ? colors.red(line) : line
}
