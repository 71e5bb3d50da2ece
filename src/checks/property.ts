// What a user says must always, never or in the end be so of an object and its fields.

import { semanticEqual } from '../apiserver/equality.ts'
import type { Change } from '../engine/store.ts'
import type { World } from '../engine/world.ts'
import { pathParts, valueAt } from '../kube/field-path.ts'
import type { KubeObject, ObjectRef } from '../kube/object.ts'
import type { Observation, Verdict } from './verdict.ts'

/** What is asked of one field, or with no path of the object being there. */
export interface Condition {
  readonly path?: string
  readonly equals?: unknown
  readonly not?: unknown
  readonly atLeast?: number
  readonly atMost?: number
  /** Whether the field, or the object, is there at all. */
  readonly exists?: boolean
}

/**
 * `always`: from the moment on at which it first holds; it has to hold once. `never`: at no moment.
 * `eventually`: when the run is over.
 */
export type When = 'always' | 'never' | 'eventually'

export interface Property extends Condition {
  readonly name: string
  readonly when: When
  /** A name that ends in `*` means every object whose name begins so. */
  readonly object: ObjectRef
}

/** Whether an object, or its absence, meets the condition. */
export function meets(object: KubeObject | undefined, condition: Condition): boolean {
  const { path, exists, equals, not, atLeast, atMost } = condition
  const value = path === undefined ? object : valueAt(object, pathParts(path))
  const isThere = value !== undefined && value !== null
  if (exists !== undefined && isThere !== exists) return false
  if (equals !== undefined && !semanticEqual(value, equals)) return false
  if (not !== undefined && semanticEqual(value, not)) return false
  if (atLeast !== undefined && !(isThere && Number(value) >= atLeast)) return false
  if (atMost !== undefined && !(isThere && Number(value) <= atMost)) return false
  const isBare = [exists, equals, not, atLeast, atMost].every(each => each === undefined)
  return !isBare || isThere
}

/** `status.readyReplicas is at least 1`, for people. */
export function conditionText({ path, equals, not, atLeast, atMost, exists }: Condition): string {
  const said = [
    ...(exists === undefined ? [] : [exists ? 'is there' : 'is not there']),
    ...(equals === undefined ? [] : [`is ${JSON.stringify(equals)}`]),
    ...(not === undefined ? [] : [`is not ${JSON.stringify(not)}`]),
    ...(atLeast === undefined ? [] : [`is at least ${atLeast}`]),
    ...(atMost === undefined ? [] : [`is at most ${atMost}`]),
  ]
  return `${path ?? 'it'} ${said.length === 0 ? 'is there' : said.join(' and ')}`
}

/** The kind under which the store keeps what a user calls so: `Rollout.argoproj.io` for Rollout. */
function storedKind(world: World, kind: string): string {
  const kinds = world.store.kinds()
  return kinds.includes(kind) ? kind : (kinds.find(each => each.startsWith(`${kind}.`)) ?? kind)
}

function keyMatcher({ namespace, name }: ObjectRef): (key: string) => boolean {
  const key = namespace === undefined ? name : `${namespace}/${name}`
  if (!key.endsWith('*')) return other => other === key
  const prefix = key.slice(0, -1)
  return other => other.startsWith(prefix)
}

/** Changes of the objects that a property is about, in order. */
export function changesOf(world: World, { object }: Pick<Property, 'object'>): readonly Change[] {
  const log = world.store.logOf(storedKind(world, object.kind))
  const matches = keyMatcher(object)
  const found: Change[] = []
  for (let index = 0; index < log.length; index += 1) {
    const change = log.at(index)
    if (matches(change.key)) found.push(change)
  }
  return found
}

/** The verdicts on properties that a run breaks. */
export function brokenProperties(
  { world, startMs, endMs }: Pick<Observation, 'world' | 'startMs' | 'endMs'>,
  properties: readonly Property[],
): readonly Verdict[] {
  return properties.flatMap(property => {
    const changes = changesOf(world, property)
    const broken = broke(property, changes, { startMs, endMs })
    return broken === undefined ? [] : [verdictOf(property, broken)]
  })
}

/** Whether one change breaks a property so that no later one can mend it. */
export function isLostBy(change: Change, properties: readonly Property[]): boolean {
  const { kind, key, before, after } = change
  return properties.some(property => {
    const { object, when } = property
    const isOther = kind !== object.kind && !kind.startsWith(`${object.kind}.`)
    if (isOther || when === 'eventually' || !keyMatcher(object)(key)) return false
    if (when === 'never') return meets(after, property)
    return meets(before, property) && !meets(after, property)
  })
}

interface Broken {
  readonly atMs: number
  readonly said: string
}

function broke(
  property: Property,
  changes: readonly Change[],
  { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
): Broken | undefined {
  const { when } = property
  const text = conditionText(property)
  if (when === 'never') {
    const hit = changes.find(change => change.atMs >= startMs && meets(change.after, property))
    return hit && { atMs: hit.atMs, said: `${hit.key}: ${text}` }
  }
  if (when === 'eventually') {
    const last = lastOf(changes)
    const failing = last.find(change => !meets(change.after, property))
    const isMet = last.length > 0 && failing === undefined
    const said = failing === undefined ? 'it was never there' : valueText(failing, property)
    return isMet ? undefined : { atMs: endMs, said: `in the end ${said}` }
  }
  return brokeOnce(property, changes, endMs)
}

/** Of each object: from where it first holds on there is no change after which it does not. */
function brokeOnce(
  property: Property,
  changes: readonly Change[],
  endMs: number,
): Broken | undefined {
  const held = new Set<string>()
  for (const change of changes) {
    const isMet = meets(change.after, property)
    if (isMet) held.add(change.key)
    else if (held.has(change.key)) {
      return { atMs: change.atMs, said: valueText(change, property) }
    }
  }
  if (held.size > 0) return undefined
  return { atMs: endMs, said: 'it never came to hold' }
}

function lastOf(changes: readonly Change[]): readonly Change[] {
  return [...new Map(changes.map(change => [change.key, change])).values()]
}

function valueText({ key, after }: Change, { path }: Condition): string {
  if (after === undefined) return `${key} is gone`
  if (path === undefined) return `${key} is there`
  return `${key}: ${path} is ${JSON.stringify(valueAt(after, pathParts(path))) ?? 'not there'}`
}

function verdictOf(
  { name, when, object, ...condition }: Property,
  { atMs, said }: Broken,
): Verdict {
  const message = `${name}: ${when} ${conditionText(condition)}, but ${said}`
  return { verdict: 'property-broken', object, atMs, open: true, message, reason: name }
}
