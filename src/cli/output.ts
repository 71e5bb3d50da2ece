// Writes reports where they belong: the document to stdout, notes to stderr, files of --report,
// and on GitHub the annotations and the step summary.

import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { dump } from 'js-yaml'
import type { Report } from '../explain/report.ts'
import type { ReportContext } from '../reports/framework.ts'
import { fillTemplate, parseTemplate } from '../reports/json-path.ts'
import { notesText } from '../reports/notes.ts'
import { reporters } from '../reports/registry.ts'
import { exits } from './exit.ts'
import { type Io, usesColor } from './io.ts'
import type { ReportTarget, Settings } from './settings.ts'

/** Formats that people read; their notes go to stderr beside them. */
const forPeople: ReadonlySet<string> = new Set(['text', 'table', 'wide'])

/** The user's file by name, read once. */
function sourceReader(): (file: string) => string | undefined {
  const texts = new Map<string, string | undefined>()
  return file => {
    if (!texts.has(file)) texts.set(file, readOr(file))
    return texts.get(file)
  }
}

function readOr(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

/** What renderers need besides the report, for a stream or file. */
export function contextFor(
  settings: Settings,
  io: Io,
  target: 'out' | 'err' | 'file',
): ReportContext {
  const isTerminal = target === 'out' ? io.isOutTerminal : io.isErrTerminal
  return {
    color: target !== 'file' && usesColor(settings.color, io, isTerminal),
    sourceText: sourceReader(),
    showInfo: settings.verbosity > 0,
    ...(settings.template !== undefined && { template: settings.template }),
  }
}

/** Writes all that was asked for; answers an exit status when a file could not be written. */
export function writeReport(
  report: Report,
  settings: Settings,
  io: Io,
  { command, notes }: { readonly command: string; readonly notes: readonly string[] },
): number | undefined {
  const format = settings.output ?? 'text'
  if (forPeople.has(format)) {
    io.err(notesText(report, contextFor(settings, io, 'err')))
    io.err(notes.map(note => `note: ${note}\n`).join(''))
  }
  io.out(render(format, report, { ...contextFor(settings, io, 'out'), command }))
  if (io.env['GITHUB_ACTIONS'] === 'true' && settings.output === undefined)
    onGithub(report, settings, io)
  const failures = settings.reports.map(target => writeTarget(target, report, settings, io))
  return failures.find(status => status !== undefined)
}

/** A document of another command in the format that was asked for; undefined for people's. */
export function documentText(document: unknown, settings: Settings): string | undefined {
  const { output, template = '' } = settings
  if (output === 'json') return `${JSON.stringify(document, null, 2)}\n`
  if (output === 'yaml') return dump(document, { lineWidth: -1, noRefs: true })
  if (output !== 'jsonpath') return undefined
  const parsed = parseTemplate(template)
  return parsed.ok ? fillTemplate(parsed.value, document) : ''
}

function render(format: string, report: Report, context: ReportContext): string {
  return reporters.get(format)?.render(report, context) ?? ''
}

function writeTarget(
  { format, file }: ReportTarget,
  report: Report,
  settings: Settings,
  io: Io,
): number | undefined {
  if (file === undefined) {
    io.out(render(format, report, contextFor(settings, io, 'out')))
    return undefined
  }
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, render(format, report, contextFor(settings, io, 'file')))
    return undefined
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    io.err(`seatrial: cannot write the ${format} report to ${file}: ${reason}\n`)
    return exits.usage
  }
}

/** Annotations beside the report, and the step summary, unless the user chose otherwise. */
function onGithub(report: Report, settings: Settings, io: Io): void {
  const chosen = new Set(settings.reports.map(({ format }) => format))
  const context = contextFor(settings, io, 'file')
  if (!chosen.has('github')) io.out(render('github', report, context))
  const summary = io.env['GITHUB_STEP_SUMMARY']
  if (summary === undefined || summary === '' || chosen.has('markdown')) return
  try {
    appendFileSync(summary, render('markdown', report, context))
  } catch {
    io.err(`seatrial: cannot write the step summary to ${summary}\n`)
  }
}
