// `fix` behind its words: looks for remedies of errors and warnings, shows them, and writes those
// that are proven. A suggestion gives something up, so it is written only when accepted by name.

import { readFileSync, writeFileSync } from 'node:fs'
import type { Edit, Finding, Remedy, Report } from '../explain/report.ts'
import { findingText } from '../reports/finding-text.ts'
import { reporters } from '../reports/registry.ts'
import { bySeverity, counted, countsText } from '../reports/words.ts'
import { spliced } from '../sources/edit.ts'
import type { Call } from './commands/framework.ts'
import { exitStatusOf } from './exit.ts'
import { opened } from './opening.ts'
import { contextFor } from './output.ts'
import { notesText } from '../reports/notes.ts'
import { type Prepared, prepare } from './prepare.ts'
import { type Product, realProduct } from './product.ts'
import { reportOf, withRemedies } from './run-check.ts'
import type { Settings } from './settings.ts'

/** Runs `seatrial fix`; answers the exit status. */
export async function runFixCommand(call: Call, product: Product = realProduct): Promise<number> {
  const { io, given } = call
  const start = opened(call, product)
  if (typeof start === 'number') return start
  const { settings, prepared } = start
  const report = searched(settings, prepared, product)
  const chosen = chosenFor(report.findings, settings.accepted)
  const { output = 'text' } = settings
  if (output !== 'text') {
    if (given.has('write'))
      io.err(
        written(chosen)
          .map(line => `${line}\n`)
          .join(''),
      )
    io.out(reporters.get(output)?.render(report, contextFor(settings, io, 'out')) ?? '')
    return exitStatusOf(report, settings.failOn)
  }
  io.err(notesText(report, contextFor(settings, io, 'err')))
  const context = contextFor(settings, io, 'out')
  const told = bySeverity(report.findings).filter(({ remedies }) => remedies.length > 0)
  io.out(told.map(finding => `${findingText(finding, context)}\n\n`).join(''))
  if (!given.has('write')) {
    io.out(offer(report, chosen, io.invocation))
    return exitStatusOf(report, settings.failOn)
  }
  for (const line of written(chosen)) io.out(`${line}\n`)
  const after = reportOf(settings, prepare(settings), product)
  io.out(`${countsText(after.findings) || 'no findings'} now\n`)
  return exitStatusOf(after, settings.failOn)
}

function searched(settings: Settings, prepared: Prepared, product: Product): Report {
  const report = reportOf(settings, prepared, product)
  return withRemedies(report, { settings, prepared, product, from: 'warning' })
}

/** For each finding the first proven remedy that can be written, accepted suggestions first. */
function chosenFor(findings: readonly Finding[], accepted: readonly string[]): readonly Remedy[] {
  return findings.flatMap(({ remedies }) => {
    const writable = remedies.filter(
      ({ applicability, edits }) => applicability === 'proven' && edits.length > 0,
    )
    const named = writable.find(({ name }) => accepted.includes(name))
    return named ?? writable.find(({ kind }) => kind === 'fix') ?? []
  })
}

function offer(report: Report, chosen: readonly Remedy[], invocation: string): string {
  const count = countsText(report.findings) || 'no findings'
  if (report.findings.every(({ severity }) => severity === 'info'))
    return `${count}; nothing to fix\n`
  if (chosen.length === 0) return `${count}; none has a proven fix that can be written\n`
  const names = [...new Set(chosen.map(({ name }) => name))].join(', ')
  return `${count}; ${invocation} fix … --write would apply ${names}\n`
}

/** Writes the edits file by file; what overlaps with an earlier one is left for the next time. */
function written(chosen: readonly Remedy[]): readonly string[] {
  const files = new Map<string, { edits: Edit[]; names: Set<string> }>()
  for (const { name, edits } of chosen) {
    for (const edit of edits) {
      const known = files.get(edit.file) ?? { edits: [], names: new Set<string>() }
      files.set(edit.file, known)
      if (!known.edits.some(other => overlaps(edit, other))) known.edits.push(edit)
      known.names.add(name)
    }
  }
  return [...files].map(([file, { edits, names }]) => {
    writeFileSync(file, spliced(readFileSync(file, 'utf8'), edits))
    return `${file}: ${[...names].join(', ')} (${counted(edits.length, 'edit')})`
  })
}

function overlaps(a: Edit, b: Edit): boolean {
  if (a.start === b.start && a.end === b.end) return true
  return a.start < b.end && b.start < a.end
}
