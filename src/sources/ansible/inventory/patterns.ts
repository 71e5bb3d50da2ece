// Which hosts a pattern means (`web:&east:!db[0]`), and what --limit leaves of them.
// Port of ansible-core 2.18 inventory/manager.py: split_host_pattern, order_patterns, get_hosts,
// subset.

import { Failure } from '../failure.ts'
import type { Files } from '../files.ts'
import { strip } from '../python/lines.ts'
import { reprOfText } from '../python/repr.ts'
import { parseAddress } from './addresses.ts'
import { localNames } from './data.ts'
import { globExpression, regularExpression } from './expressions.ts'
import type { InventoryHost } from './group.ts'
import type { Inventory } from './inventory.ts'
import type { Host } from './model.ts'

/** Hosts in order, or why there are none. */
export type Matched =
  | { readonly hosts: readonly Host[] }
  | { readonly hosts: readonly []; readonly error: string }

/** The hosts that a pattern means; `limit` is the value of --limit, its files are in `files`. */
export function hostsOf(
  inventory: Inventory,
  pattern: string,
  limit?: string,
  files: Files = new Map(),
): Matched {
  try {
    const matcher = new Matcher(inventory)
    const limits = limit === undefined ? [] : limitsOf(inventory, limit, files)
    const hosts = new Set(matcher.evaluate(split(inventory, pattern)))
    if (limits.length === 0) return { hosts: [...hosts] }
    const allowed = new Set(matcher.evaluate(limits))
    return { hosts: [...hosts].filter(host => allowed.has(host)) }
  } catch (error) {
    if (error instanceof Failure) return { hosts: [], error: error.message }
    throw error
  }
}

// A comma anywhere makes it the only separator; else a colon is one, unless it is an address.
function split(inventory: Inventory, pattern: string): readonly string[] {
  const parts = pattern.includes(',')
    ? pattern.split(',')
    : parseAddress(pattern, true, inventory.settings.version) === undefined
      ? (pattern.match(/(?:[^\s:[\]]|\[[^\]]*\])+/g) ?? [])
      : [pattern]
  return parts.map(strip).filter(part => part !== '')
}

function limitsOf(inventory: Inventory, limit: string, files: Files): readonly string[] {
  return split(inventory, limit).flatMap(part => {
    if (!part.startsWith('@')) return [part]
    const text = files.get(part.slice(1))
    // The engine shows the name as bytes.
    if (text === undefined) {
      throw new Failure(`Unable to find limit file b${reprOfText(part.slice(1))}`)
    }
    return text.split('\n').map(strip)
  })
}

// Unions first, then intersections, then exclusions, wherever they stand.
function ordered(patterns: readonly string[]): readonly string[] {
  const filled = patterns.filter(pattern => pattern !== '')
  const unions = filled.filter(pattern => !/^[!&]/.test(pattern))
  return [
    ...(unions.length === 0 ? ['all'] : unions),
    ...filled.filter(pattern => pattern.startsWith('&')),
    ...filled.filter(pattern => pattern.startsWith('!')),
  ]
}

const subscripted = /^(.+)\[(?:(-?[0-9]+)|([0-9]+)([:-])([0-9]*))\]$/s

interface Subscript {
  readonly start: number
  readonly end?: number
}

class Matcher {
  readonly #inventory: Inventory
  readonly #known = new Map<string, readonly InventoryHost[]>()

  constructor(inventory: Inventory) {
    this.#inventory = inventory
  }

  evaluate(patterns: readonly string[]): readonly InventoryHost[] {
    let hosts: InventoryHost[] = []
    for (const pattern of ordered(patterns)) {
      const named = this.#inventory.data.hosts.get(pattern)
      if (named !== undefined) {
        hosts.push(named)
        continue
      }
      const matched = this.#one(pattern)
      const these = new Set(matched)
      if (pattern.startsWith('!')) hosts = hosts.filter(host => !these.has(host))
      else if (pattern.startsWith('&')) hosts = hosts.filter(host => these.has(host))
      else {
        const known = new Set(hosts)
        hosts.push(...matched.filter(host => !known.has(host)))
      }
    }
    return hosts
  }

  #one(written: string): readonly InventoryHost[] {
    const pattern = written.replace(/^[&!]/, '')
    const known = this.#known.get(pattern)
    if (known !== undefined) return known
    if (pattern === '') throw new Failure('string index out of range')
    const { expression, subscript } = this.#withoutSubscript(pattern)
    const hosts = selected(this.#matching(expression), subscript, pattern)
    this.#known.set(pattern, hosts)
    return hosts
  }

  #withoutSubscript(pattern: string): { expression: string; subscript?: Subscript } {
    const match = pattern.startsWith('~') ? null : subscripted.exec(pattern)
    if (match === null) return { expression: pattern }
    const [, expression = '', index, start, separator, end] = match
    if (index !== undefined) return { expression, subscript: { start: Number(index) } }
    if (separator === '-') {
      const text = 'Use [x:y] inclusive subscripts instead of [x-y] which has been removed'
      this.#inventory.data.messages.warn({ text, about: 'pattern' })
    }
    const last = end === '' || end === undefined ? -1 : Number(end)
    return { expression, subscript: { start: Number(start), end: last } }
  }

  #matching(pattern: string): readonly InventoryHost[] {
    const { groups, hosts, messages } = this.#inventory.data
    const matches = matcherOf(pattern)
    const found = [...groups.values()].filter(({ name }) => matches(name))
    const results: InventoryHost[] = found.flatMap(group => [...group.allHosts()])
    if (found.length === 0 || /^~|[.?*[]/.test(pattern)) {
      results.push(...[...hosts.values()].filter(({ name }) => matches(name)))
    }
    if (results.length === 0 && localNames.includes(pattern)) {
      const local = this.#inventory.data.host(pattern)
      if (local !== undefined) results.push(local)
    }
    if (results.length === 0 && found.length === 0 && pattern !== 'all') {
      const text = `Could not match supplied host pattern, ignoring: ${pattern}`
      messages.warn({ text, about: 'pattern' })
    }
    return results
  }
}

function matcherOf(pattern: string): (name: string) => boolean {
  const expression = pattern.startsWith('~')
    ? regularExpression(pattern.slice(1))
    : globExpression(pattern)
  if (expression === undefined) throw new Failure(`Invalid host list pattern: ${pattern}`)
  return name => expression.test(name)
}

// `[x:0]` is the host x alone, as an end of 0 counts as none.
function selected(
  hosts: readonly InventoryHost[],
  subscript: Subscript | undefined,
  pattern: string,
): readonly InventoryHost[] {
  if (hosts.length === 0 || subscript === undefined) return hosts
  const { start, end } = subscript
  if (end !== undefined && end !== 0) {
    return hosts.slice(start, end === -1 ? hosts.length : end + 1)
  }
  const host = hosts.at(start)
  if (host === undefined) {
    throw new Failure(`No hosts matched the subscripted pattern '${pattern}'`)
  }
  return [host]
}
