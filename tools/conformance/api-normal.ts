// Makes recorded API answers comparable: what the server draws or counts is taken over from the
// twin's answer where both have a value of the same form, everything else must be equal.

import { baseLengthMax } from '../../src/apiserver/names.ts'
import { safeAlphabet } from '../../src/kube/safe-alphabet.ts'

type Fields = Readonly<Record<string, unknown>>

/** Recorded value → the twin's value: UIDs, addresses, generated names. */
export type Drawn = Map<string, string>

const drawnText: readonly RegExp[] = [
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  /^kube-api-access-[a-z0-9]{5}$/,
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
  /^10\.96\.\d+\.\d+$/,
]
const drawnKeys = new Set(['nodePort', 'healthCheckNodePort'])

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * `want` with drawn values replaced by those of `got`; remembers which stands for which. `base` is
 * the generateName of the request: a refusal tells the name that was made of it.
 */
export function aligned(want: unknown, got: unknown, drawn: Drawn, base = ''): unknown {
  return walk({ want, got, key: '', generated: false, base }, drawn)
}

interface Pair {
  readonly want: unknown
  readonly got: unknown
  readonly key: string
  /** Inside the metadata of an object that has a generateName. */
  readonly generated: boolean
  readonly base: string
}

function walk({ want, got, key, generated, base }: Pair, drawn: Drawn): unknown {
  if (typeof want === 'string') return text({ want, got, key, generated, base }, drawn)
  if (typeof want === 'number' && drawnKeys.has(key) && typeof got === 'number') {
    return want >= 30000 && got >= 30000 ? got : want
  }
  if (Array.isArray(want)) {
    const other = Array.isArray(got) ? got : []
    return want.map((each, at) => walk({ want: each, got: other[at], key, generated, base }, drawn))
  }
  if (!isFields(want)) return want
  const other = isFields(got) ? got : {}
  const named = key === 'metadata' && 'generateName' in want
  const entries = Object.entries(want).map(([name, value]) => [
    name,
    walk({ want: value, got: other[name], key: name, generated: named, base }, drawn),
  ])
  return Object.fromEntries(entries)
}

function text({ want, got, key, generated, base }: Pair, drawn: Drawn): string {
  const value = want as string
  if (typeof got === 'string' && isDrawn(value, got, key, generated)) {
    if (key !== 'resourceVersion') drawn.set(value, got)
    return got
  }
  const own = substituted(value, drawn)
  return typeof got === 'string' && masked(own, base) === masked(got, base) ? got : own
}

const inText =
  /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|kube-api-access-[a-z0-9]{5}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|(?<=resourceVersion\\*":\\*")\d+/g

/** A text without UIDs and generated names. */
function masked(value: string, base: string): string {
  const text = value.replace(inText, '*')
  return base === '' ? text : text.replace(madeOf(base), '*')
}

function madeOf(base: string): RegExp {
  const kept = base.slice(0, baseLengthMax).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`${kept}[${safeAlphabet}]{5}`, 'g')
}

function isDrawn(value: string, got: string, key: string, generated: boolean): boolean {
  if (key === 'resourceVersion') return /^\d+$/.test(value) && /^\d+$/.test(got)
  if (generated && key === 'name') return true
  return drawnText.some(pattern => pattern.test(value) && pattern.test(got))
}

function substituted(value: string, drawn: Drawn): string {
  let result = value
  for (const [recorded, own] of drawn) {
    if (recorded.length >= 12 && result.includes(recorded))
      result = result.replaceAll(recorded, own)
  }
  return result
}

/** A recorded request body with the twin's UIDs, names and versions in place of the recorded. */
export function translated(
  body: unknown,
  drawn: Drawn,
  versions: ReadonlyMap<string, string>,
): unknown {
  if (typeof body === 'string') return drawn.get(body) ?? substituted(body, drawn)
  if (Array.isArray(body)) return body.map(each => translated(each, drawn, versions))
  if (!isFields(body)) return body
  const entries = Object.entries(body).map(([key, value]) => [
    key,
    key === 'resourceVersion' && typeof value === 'string'
      ? (versions.get(value) ?? value)
      : translated(value, drawn, versions),
  ])
  return Object.fromEntries(entries)
}

const unordered: Readonly<Record<string, (item: Fields) => boolean>> = {
  managedFields: () => true,
  causes: item => item['reason'] === 'FieldManagerConflict',
}

function byText(a: unknown, b: unknown): number {
  const [first, second] = [JSON.stringify(a), JSON.stringify(b)]
  return first < second ? -1 : first > second ? 1 : 0
}

/** Lists that upstream writes in the order of time or of a Go map: in one order of their own. */
export function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder)
  if (!isFields(value)) return value
  const entries = Object.entries(value).map(([key, each]) => {
    const applies = unordered[key]
    const list = inOrder(each)
    if (applies === undefined || !Array.isArray(list) || !list.every(applies)) return [key, list]
    const keyed = list.map(item => {
      const { time: _time, ...rest } = item as Fields
      return { key: sortedText(rest), item: item as unknown }
    })
    return [key, keyed.sort((a, b) => byText(a.key, b.key)).map(({ item }) => item)]
  })
  return Object.fromEntries(entries)
}

function sortedText(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    isFields(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => byText(a, b)))
      : each,
  )
}

/** The twin's answer without what recordings leave out: null times and empty metadata. */
export function shown(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shown)
  if (!isFields(value)) return value
  const entries = Object.entries(value)
    .filter(([, each]) => each !== undefined && each !== null)
    .map(([key, each]) => [key, shown(each)])
  return Object.fromEntries(entries)
}
