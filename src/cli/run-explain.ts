// `explain` behind its words: the pages of rules and problems; with files, objects and findings.

import { createColors } from 'picocolors'
import { nearest } from '../base/nearest.ts'
import { reportProblem } from '../explain/problems.ts'
import type { Report } from '../explain/report.ts'
import { findingText } from '../reports/finding-text.ts'
import { problemText } from '../reports/problem.ts'
import type { SourceObject } from '../sources/source-object.ts'
import type { Call } from './commands/framework.ts'
import { exits } from './exit.ts'
import { chainText, namesField } from './explain-field.ts'
import {
  namesFinding,
  namesObject,
  madeObjects,
  objectData,
  objectHint,
  objectReport,
  objectsNamed,
  refNamed,
} from './explain-object.ts'
import { explainPod, podNamed } from './explain-pod.ts'
import { type Io, usesColor } from './io.ts'
import { contextFor, documentText } from './output.ts'
import { type Page, pages, pageText } from './pages/registry.ts'
import { prepare } from './prepare.ts'
import { type Product, realProduct } from './product.ts'
import { settingsOf } from './opening.ts'
import { reportOf, withRemedies } from './run-check.ts'
import type { Settings } from './settings.ts'

/** Runs `seatrial explain`; without arguments it lists every page. */
export async function runExplainCommand(
  call: Call,
  product: Product = realProduct,
): Promise<number> {
  const { args, io } = call
  const settings = settingsOf({ ...call, args: [] }, product)
  if (settings === undefined) return exits.usage
  if (args.length === 0) {
    io.out(pages.map(({ id, name, title }) => `${id}  ${name.padEnd(20)}  ${title}\n`).join(''))
    return exits.holds
  }
  const pod = podNamed(args)
  if (pod !== undefined) return explainPod(pod, settings, { io, product })
  const hasFiles = settings.inputs.length > 0
  const asksField = (index: number): boolean =>
    namesObject(args[index] ?? '') && namesField(args[index + 1] ?? '')
  const needsRun = args.some(
    (word, index) => !asksField(index) && (namesObject(word) || (hasFiles && namesFinding(word))),
  )
  const ran = needsRun ? run(settings, product) : undefined
  if ((settings.output ?? 'text') !== 'text') return explainAsData(args, ran, { settings, io })
  const statuses = args.map((word, index) => {
    if (index > 0 && asksField(index - 1)) return exits.holds
    if (index > 0) io.out('\n')
    if (asksField(index)) {
      return explainField([word, args[index + 1] ?? ''], product, { settings, io })
    }
    if (ran !== undefined && namesObject(word)) return explainObject(word, ran, { settings, io })
    if (ran !== undefined && namesFinding(word)) return explainFinding(word, ran, { settings, io })
    return explainPage(word, settings, io)
  })
  return Math.max(...statuses)
}

interface Ran {
  readonly objects: readonly SourceObject[]
  readonly report: Report
}

function run(settings: Settings, product: Product): Ran {
  const prepared = prepare(settings)
  const report = reportOf(settings, prepared, product)
  const told = withRemedies(report, { settings, prepared, product, from: 'warning' })
  const { loaded } = prepared
  return { objects: [...loaded.objects, ...madeObjects(loaded)], report: told }
}

/** The same as data: findings of objects and findings, and pages of rules. */
function explainAsData(
  words: readonly string[],
  ran: Ran | undefined,
  { settings, io }: Where,
): number {
  const items = words.flatMap((word): readonly object[] => {
    if (ran !== undefined && namesObject(word)) {
      return objectsNamed(word, ran.objects).map(item => objectData(item, ran.report))
    }
    if (ran !== undefined && namesFinding(word)) {
      return ran.report.findings.filter(({ id }) => id.toLowerCase() === word.toLowerCase())
    }
    const page = pageOf(word)
    return page === undefined ? [] : [page]
  })
  const document = documentText({ items }, settings)
  if (document !== undefined) io.out(document)
  return items.length > 0 ? exits.holds : exits.usage
}

interface Where {
  readonly settings: Settings
  readonly io: Io
}

function explainObject(word: string, { objects, report }: Ran, { settings, io }: Where): number {
  const errors = report.problems.filter(({ severity }) => severity === 'error')
  const context = contextFor(settings, io, 'err')
  io.err(errors.map(problem => problemText(problem, context)).join(''))
  const found = objectsNamed(word, objects)
  if (found.length === 0) {
    if (objects.length > 0) io.err(`seatrial: there is no ${word}: ${objectHint(word, objects)}\n`)
    return exits.usage
  }
  const texts = found.map(item => objectReport(item, report, contextFor(settings, io, 'out')))
  io.out(texts.join('\n'))
  return exits.holds
}

/** Who wrote one field; only the installation runs for it. */
function explainField(
  [word, path]: readonly [string, string],
  product: Product,
  { settings, io }: Where,
): number {
  const { loaded } = prepare(settings)
  const context = contextFor(settings, io, 'err')
  const errors = loaded.problems.filter(({ severity }) => severity === 'error')
  io.err(errors.map(problem => problemText(reportProblem(problem), context)).join(''))
  const ref = refNamed(word, loaded.objects)
  const options = settings.kubernetes === undefined ? {} : { kubernetes: settings.kubernetes }
  const chain = product.runFieldChain(loaded, options, { ref, path })
  io.out(chainText(chain))
  return chain.value === undefined ? exits.usage : exits.holds
}

function explainFinding(word: string, { report }: Ran, { settings, io }: Where): number {
  const [code = '', hash = ''] = word.split('-')
  const id = `${code.toUpperCase()}-${hash.toLowerCase()}`
  const finding = report.findings.find(each => each.id === id)
  if (finding === undefined) {
    io.err(`seatrial: nothing of ${id} is found any more; seatrial explain ${code} has its rule\n`)
    return exits.findings
  }
  io.out(`${findingText(finding, contextFor(settings, io, 'out'))}\n\n`)
  return explainPage(finding.rule, settings, io)
}

function explainPage(word: string, settings: Settings, io: Io): number {
  const { bold } = createColors(usesColor(settings.color, io, io.isOutTerminal))
  const page = pageOf(word)
  if (page !== undefined) {
    io.out(pageText(page, bold))
    return exits.holds
  }
  const near = nearest(
    word.toUpperCase(),
    pages.map(({ id }) => id),
  )
  const meant = near === undefined ? '' : `did you mean ${near}? `
  const advice = `${meant}seatrial explain lists all pages`
  io.err(`seatrial: there is no rule, finding or object "${word}": ${advice}\n`)
  return exits.usage
}

/** By id, by the id of a finding (ST1001-1a2b3c4d), or by verdict. */
function pageOf(word: string): Page | undefined {
  const [id = ''] = word.toUpperCase().split('-')
  return pages.find(page => page.id === id) ?? pages.find(({ name }) => name === word)
}
