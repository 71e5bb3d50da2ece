// The priority expander: groups by the user's list of regular expressions.
// Port of cluster-autoscaler 1.36.1 expander/priority/priority.go.

import { compareNumbers } from '../../base/compare.ts'
import type { ExpansionOption } from './expander.ts'

export interface Prioritised {
  readonly options: readonly ExpansionOption[]
  /** `Reason message` of each warning, in the order in which they were recorded. */
  readonly warnings: readonly string[]
}

type Priorities = ReadonlyMap<number, readonly RegExp[]>

type Parsed =
  | { readonly ok: true; readonly priorities: Priorities }
  | { readonly ok: false; readonly error: string }

/** `yaml` is `priorities` of the ConfigMap; undefined when there is none. */
export function priorityExpander(
  options: readonly ExpansionOption[],
  yaml: string | undefined,
): Prioritised {
  if (yaml === undefined || options.length === 0) return { options, warnings: [] }
  const parsed = parsePriorities(yaml)
  if (!parsed.ok) {
    const what = `Wrong configuration for priority expander: ${parsed.error}. Ignoring update.`
    return { options, warnings: [`PriorityConfigMapInvalid ${what}`] }
  }
  return choose(options, parsed.priorities)
}

function choose(options: readonly ExpansionOption[], priorities: Priorities): Prioritised {
  const warnings: string[] = []
  let best: ExpansionOption[] = []
  let highest = -1
  for (const option of options) {
    const matching = [...priorities].filter(([, list]) =>
      list.some(expression => expression.test(option.nodeGroup)),
    )
    for (const [priority] of matching) {
      if (priority < highest) continue
      if (priority > highest) best = []
      highest = priority
      best.push(option)
    }
    if (matching.length > 0) continue
    const what = `node group ${option.nodeGroup} not found in priority expander configuration`
    const reason = 'PriorityConfigMapNotMatchedGroup'
    warnings.push(`${reason} Priority expander: ${what}. The group won't be used.`)
  }
  if (best.length > 0) return { options: best, warnings }
  const what = 'no priorities info found for any of the expansion options. No options filtered.'
  warnings.push(`PriorityConfigMapNoGroupMatched Priority expander: ${what}`)
  return { options, warnings }
}

const unparsable = "Can't parse YAML with priorities in the configmap: "

function parsePriorities(yaml: string): Parsed {
  if (yaml === '') {
    const name = 'cluster-autoscaler-priority-expander'
    const error = `priority configuration in ${name} configmap is empty; please provide valid configuration`
    return { ok: false, error }
  }
  const lists = readLists(yaml)
  if (typeof lists === 'string') return { ok: false, error: `${unparsable}${lists}` }
  const priorities = new Map<number, readonly RegExp[]>()
  for (const [priority, texts] of [...lists].sort(([a], [b]) => compareNumbers(a, b))) {
    const compiled: RegExp[] = []
    for (const text of texts) {
      const expression = compile(text)
      if (typeof expression === 'string') {
        const where = `priority ${priority} and rule ${text}`
        return { ok: false, error: `Can't compile regexp rule for ${where}: ${expression}` }
      }
      compiled.push(expression)
    }
    priorities.set(priority, compiled)
  }
  return { ok: true, priorities }
}

function scalar(text: string): string {
  const trimmed = text.trim()
  const quoted = /^'(.*)'$|^"(.*)"$/.exec(trimmed)
  return quoted === null ? trimmed : (quoted[1]?.replaceAll("''", "'") ?? quoted[2] ?? '')
}

/**
 * The YAML of such ConfigMaps: numbers with lists of texts, in blocks or in brackets. Anything else
 * gives the error that decoding it into that shape gives.
 */
function readLists(yaml: string): ReadonlyMap<number, readonly string[]> | string {
  const lists = new Map<number, string[]>()
  let current: string[] | undefined
  for (const line of yaml.split('\n')) {
    const text = line.replace(/(^|\s)#.*$/, '').trimEnd()
    if (text.trim() === '' || text === '---') continue
    const item = /^\s*-\s+(.*)$/.exec(text)
    if (item !== null && current !== undefined) {
      current.push(scalar(item[1] ?? ''))
      continue
    }
    const pair = /^(\S[^:]*):(?:\s+(.*))?$/.exec(text)
    if (pair === null) return `error converting YAML to JSON: yaml: could not read ${text.trim()}`
    const [, key = '', value = ''] = pair
    const flow = /^\[(.*)\]$/.exec(value)
    if (value !== '' && flow === null) return decodingError(jsonType(value), '[]string')
    if (!/^-?\d+$/.test(key)) return decodingError(`number ${key}`, 'int')
    current =
      flow === null
        ? []
        : (flow[1] ?? '')
            .split(',')
            .map(scalar)
            .filter(each => each !== '')
    lists.set(Number(key), current)
  }
  return lists
}

function decodingError(what: string, type: string): string {
  const where = 'error unmarshaling JSON: while decoding JSON: json'
  return `${where}: cannot unmarshal ${what} into Go value of type ${type}`
}

/** The JSON type of a plain scalar, with the truth values of YAML 1.1. */
function jsonType(text: string): string {
  if (/^(?:y|n|yes|no|on|off|true|false)$/i.test(text)) return 'bool'
  return /^[-+]?(?:\d+\.?\d*|\.\d+)$/.test(text) ? 'number' : 'string'
}

/** The expression, or the error of Go's parser for the mistakes that both engines know. */
function compile(text: string): RegExp | string {
  try {
    return new RegExp(text)
  } catch (error) {
    const why = error instanceof Error ? error.message : ''
    return `error parsing regexp: ${goRegexpError(why)}: \`${text}\``
  }
}

function goRegexpError(why: string): string {
  if (why.includes('Unterminated group')) return 'missing closing )'
  if (why.includes('Unmatched')) return 'unexpected )'
  if (why.includes('Unterminated character class')) return 'missing closing ]'
  if (why.includes('Nothing to repeat')) return 'missing argument to repetition operator'
  return 'invalid regular expression'
}
