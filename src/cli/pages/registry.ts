// Every page, ordered by id: input problems first, then the rules of findings.

import { rules } from '../../explain/rules.ts'
import type { Page } from './page.ts'
import { problemPages } from './problems.ts'
import { ruleExamples } from './rule-examples.ts'

const rulePages: readonly Page[] = rules.map(({ id, verdict, title, meaning, advice }) => {
  const { bad = '', good = '' } = ruleExamples[id] ?? {}
  return { id, name: verdict, title, meaning, advice, bad, good }
})

export const pages: readonly Page[] = [...problemPages, ...rulePages]

export { type Page, pageMarkdown, pageText } from './page.ts'
