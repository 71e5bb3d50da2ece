// Answers label-selector vectors with src/kube/label-selector*.ts.

import type { LabelSelector } from '../../../src/kube/generated/types.ts'
import {
  type Labels,
  matches,
  type Parsed,
  type Selector,
  selectorOf,
} from '../../../src/kube/label-selector.ts'
import {
  formatLabelSelector,
  parseSelector,
  selectorString,
} from '../../../src/kube/label-selector-text.ts'
import type { Topic } from './topic.ts'

function outcome(parsed: Parsed<Selector>, labels: readonly Labels[], more: object): unknown {
  if (!parsed.ok) return { error: parsed.error }
  const selector = parsed.value
  return {
    canonical: selectorString(selector),
    empty: selector.requirements?.length === 0,
    matches: labels.map(each => matches(selector, each)),
    ...more,
  }
}

export const answer: Topic = (family, input) => {
  if (family === 'string') {
    const { selector, labels } = input as { selector: string; labels: readonly Labels[] }
    return outcome(parseSelector(selector), labels, {})
  }
  const { selector, labels } = input as {
    selector: LabelSelector | null
    labels: readonly Labels[]
  }
  return outcome(selectorOf(selector), labels, { formatted: formatLabelSelector(selector) })
}
