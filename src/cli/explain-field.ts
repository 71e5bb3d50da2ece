// `explain OBJECT PATH`: who wrote a field, from the last writer to the first.

import type { FieldChain } from '../explain/provenance.ts'
import { columns } from '../reports/columns.ts'
import { placeText } from '../reports/frame.ts'
import { objectText } from '../reports/words.ts'

/** Whether a word is the path of a field: `spec.template.spec.nodeSelector`. */
export function namesField(word: string): boolean {
  return /^(?:spec|metadata|status|data|stringData|rules|webhooks)(?:[.[]|$)/.test(word)
}

const valueMax = 200

function valueText(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length > valueMax ? `${text.slice(0, valueMax)}…` : text
}

/** The chain as lines: writer, what it did, and the place where that is written. */
export function chainText({ object, path, value, links }: FieldChain): string {
  const { kind, namespace, name } = object
  const about = { kind, name, ...(namespace !== undefined && { namespace }) }
  const head = `${objectText(about)}  ${path}`
  if (value === undefined) return `${head} is not set: nobody wrote it\n`
  const rows = links.map(({ by, does, location }) => [
    by,
    does,
    location === undefined ? '' : placeText(location),
  ])
  return `${head} = ${valueText(value)}\n${columns(rows)}`
}
