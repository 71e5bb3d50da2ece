// `explain` behind its words: the pages of rules and problems.

import { createColors } from 'picocolors'
import type { Call } from './commands/framework.ts'
import { exits } from './exit.ts'
import { usesColor } from './io.ts'
import { didYouMean } from '../base/nearest.ts'
import { type Page, pages, pageText } from './pages/registry.ts'

/** Runs `seatrial explain`; without arguments it lists every page. */
export async function runExplainCommand({ args, given, io }: Call): Promise<number> {
  const when = given.get('color')?.values.at(-1)
  const choice = when === 'always' || when === 'never' ? when : 'auto'
  const { bold } = createColors(usesColor(choice, io, io.isOutTerminal))
  if (args.length === 0) {
    io.out(pages.map(({ id, name, title }) => `${id}  ${name.padEnd(20)}  ${title}\n`).join(''))
    return exits.holds
  }
  const found = args.map(pageOf)
  const missing = args.filter((_, index) => found[index] === undefined)
  for (const word of missing) {
    const ids = pages.map(({ id }) => id)
    const advice = /^ST\d/i.test(word) ? didYouMean(word, ids) : 'seatrial explain lists all pages'
    io.err(`seatrial: there is no rule or finding "${word}": ${advice}\n`)
  }
  const texts = found.filter(page => page !== undefined).map(page => pageText(page, bold))
  io.out(texts.join('\n'))
  return missing.length === 0 ? exits.holds : exits.usage
}

/** By id, by the id of a finding (ST1001-1a2b3c4d), or by verdict. */
function pageOf(word: string): Page | undefined {
  const [id = ''] = word.toUpperCase().split('-')
  return pages.find(page => page.id === id) ?? pages.find(({ name }) => name === word)
}
