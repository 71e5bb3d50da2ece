// What the rules of a schema may cost, by estimate. Upstream: k8s.io/apiextensions-apiserver v0.36.3
// pkg/apis/apiextensions/validation/{validation,cel_validation}.go: limits, texts.

import { exactFixed } from '../cel/go-format.ts'
import type { Errors } from './checks.ts'
import { forbidden } from './field-error.ts'

const expressionMax = 10_000_000
const schemaMax = 100_000_000
/** Of the most expensive expressions so many are named, if they cost a hundredth of all or more. */
const namedMax = 4

function exceeded(what: string, cost: number, max: number): string {
  const factor = cost / max
  const digits = factor < 1.5 ? 6 : 1
  const shown = factor > 100 ? 'more than 100x' : `${exactFixed(factor, digits)}x`
  const advice =
    'try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, ' +
    'maps, and strings are declared'
  return `${what} exceeds budget by factor of ${shown} (${advice})`
}

interface Spent {
  readonly path: string
  readonly cost: number
}

/** Adds up what the rules of one schema can cost. */
export class RuleBudget {
  private readonly spent: Spent[] = []
  /** Single rules of a schema that was stored before may cost what they do. */
  private readonly isUnchanged: boolean

  constructor(isUnchanged: boolean) {
    this.isUnchanged = isUnchanged
  }

  /** Takes down the cost of one expression; tells if it alone is too much. */
  spend(path: string, what: 'rule' | 'messageExpression', cost: number): Errors {
    this.spent.push({ path, cost })
    if (this.isUnchanged || cost <= expressionMax) return []
    return [forbidden(path, exceeded(`estimated ${what} cost`, cost, expressionMax))]
  }

  /** What is wrong with all expressions together; `path` is that of the schema. */
  totalErrors(path: string): Errors {
    const total = this.spent.reduce((sum, { cost }) => sum + cost, 0)
    if (total <= schemaMax) return []
    const high = this.spent.filter(({ cost }) => cost >= schemaMax / 100)
    const named = high.sort((a, b) => b.cost - a.cost).slice(0, namedMax)
    const share =
      'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema'
    const what = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema'
    return [
      ...named.map(({ path: at }) => forbidden(at, share)),
      forbidden(path, exceeded(what, total, schemaMax)),
    ]
  }
}
