// The anchors of a patch, before it is merged: conditions that must hold, fields that are set only
// where there are none. Port of kyverno v1.19.1 pkg/engine/{anchor,mutate/patch}, quirks included:
// a copy of a list's element is settled by the first element of the resource.

import { isObject } from '../../kube/patch/json.ts'
import { matchesPattern } from './pattern.ts'

export interface Anchor {
  /** `` for a condition, `<` for a global one, `+` for what is added only where nothing is. */
  readonly modifier: string
  readonly key: string
}

/** Undefined for what is no anchor. */
export function anchorOf(text: string): Anchor | undefined {
  const found = /^([+<=X^])?\((.+)\)$/u.exec(text.trim())
  return found === null ? undefined : { modifier: found[1] ?? '', key: found[2] ?? '' }
}

type Tree = Record<string, unknown>
type Test = (anchor: Anchor) => boolean

const isAddition: Test = ({ modifier }) => modifier === '+'
const isGlobal: Test = ({ modifier }) => modifier === '<'
const isLocal: Test = ({ modifier }) => modifier === ''
const isCondition: Test = anchor => isGlobal(anchor) || isLocal(anchor)
const isAnchor: Test = anchor => isCondition(anchor) || isAddition(anchor)

/** A copy that may be changed. */
function copyOf<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copyOf) as T
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, copyOf(each)])) as T
}

/** What a condition that does not hold says: to leave out this, or the whole rule. */
type Outcome = 'holds' | 'local' | 'global'

/** The patch for the resource, without anchors; undefined when a condition of it does not hold. */
export function withoutAnchors(patch: Tree, resource: Tree): Tree | undefined {
  const pattern = copyOf(patch)
  if (walk(pattern, resource) !== 'holds') return undefined
  for (const key of Object.keys(pattern)) {
    const anchor = anchorOf(key)
    if (isEmptied(pattern[key], anchor !== undefined && isCondition(anchor))) delete pattern[key]
  }
  return pattern
}

function walk(pattern: unknown, resource: unknown): Outcome {
  if (Array.isArray(pattern)) return walkList(pattern, resource)
  return isObject(pattern) ? walkMap(pattern as Tree, resource) : 'holds'
}

function walkMap(pattern: Tree, resource: unknown): Outcome {
  settleAdditions(pattern, resource)
  if (!conditionsHold(pattern, resource, isGlobal)) return 'global'
  if (!conditionsHold(pattern, resource, isLocal)) return 'local'
  for (const key of Object.keys(pattern)) {
    const anchor = anchorOf(key)
    if (anchor !== undefined && isAnchor(anchor)) continue
    const outcome = walk(pattern[key], isObject(resource) ? resource[key] : undefined)
    if (outcome !== 'holds') return outcome
  }
  return 'holds'
}

function walkList(pattern: unknown[], resource: unknown): Outcome {
  if (!isObject(pattern[0])) return 'holds'
  for (const element of pattern.slice()) {
    if (!hasAnchors(element, isAnchor)) continue
    const outcome = walkElement(element as Tree, pattern, resource)
    if (outcome !== 'holds') return outcome
  }
  return 'holds'
}

/** Adds to the pattern an element for every named element of the resource that matches. */
function walkElement(element: Tree, pattern: unknown[], resource: unknown): Outcome {
  const isForAll = hasAnchors(element, isGlobal)
  const copy = copyOf(element)
  let hasPassed = false
  let hasFailed = false
  for (const each of Array.isArray(resource) ? resource : [undefined]) {
    const outcome = walk(copy, each)
    if (outcome === 'global') hasFailed = true
    if (outcome !== 'holds') continue
    if (isForAll) hasPassed = true
    else if (each !== undefined) addNamed(pattern, copy, each)
  }
  return hasFailed && !hasPassed ? 'global' : 'holds'
}

function addNamed(pattern: unknown[], element: Tree, resource: unknown): void {
  const name = isObject(resource) ? resource['name'] : undefined
  if (name === undefined || name === null || name === '') return
  const added = copyOf(element)
  if (!isEmptied(added, true)) pattern.push({ ...added, name })
}

/** Whether the conditions of this level hold. */
function conditionsHold(pattern: Tree, resource: unknown, test: Test): boolean {
  return keysOf(pattern, test).every(([text, key]) => {
    if (!isObject(resource) || resource[key] === undefined) return false
    const wanted = pattern[text]
    if (isObject(wanted) && settleAdditions(wanted as Tree, resource[key]) > 0) return true
    return matchesPattern(resource[key], wanted)
  })
}

/** How many fields of this level were to be added only where nothing is. */
function settleAdditions(pattern: Tree, resource: unknown): number {
  const additions = keysOf(pattern, isAddition)
  for (const [text, key] of additions) {
    if (isObject(resource) && resource[key] !== undefined) delete pattern[text]
    else rename(pattern, text, key)
  }
  return additions.length
}

function keysOf(pattern: Tree, test: Test): readonly (readonly [string, string])[] {
  return Object.keys(pattern).flatMap(text => {
    const anchor = anchorOf(text)
    return anchor !== undefined && test(anchor) ? [[text, anchor.key] as const] : []
  })
}

function rename(pattern: Tree, from: string, to: string): void {
  const value = pattern[from]
  delete pattern[from]
  pattern[to] = value
}

/** Whether two elements of one list have conditions: upstream then spoils the list. */
export function hasRivals(patch: unknown): boolean {
  if (Array.isArray(patch)) {
    const anchored = patch.filter(each => hasAnchors(each, isAnchor))
    return anchored.length > 1 || patch.some(hasRivals)
  }
  return isObject(patch) && Object.values(patch).some(hasRivals)
}

function hasAnchors(pattern: unknown, test: Test): boolean {
  if (Array.isArray(pattern)) return pattern.some(each => hasAnchors(each, test))
  if (isObject(pattern)) {
    return Object.entries(pattern).some(([text, value]) => {
      const anchor = anchorOf(text)
      return (anchor !== undefined && test(anchor)) || hasAnchors(value, test)
    })
  }
  const anchor = typeof pattern === 'string' ? anchorOf(pattern) : undefined
  return anchor !== undefined && isCondition(anchor)
}

/** Takes out conditions; whether nothing else is left, so that the patch must not have it. */
function isEmptied(node: unknown, isScalarOut: boolean): boolean {
  if (Array.isArray(node)) return isListEmptied(node)
  return isObject(node) ? isMapEmptied(node as Tree) : isScalarOut
}

function isMapEmptied(node: Tree): boolean {
  const conditions = keysOf(node, isCondition)
  const left = conditions.filter(([text]) => {
    if (!isEmptied(node[text], true)) return true
    delete node[text]
    return false
  })
  for (const [text, key] of left) rename(node, text, key)
  for (const key of Object.keys(node)) if (isEmptied(node[key], false)) delete node[key]
  return Object.keys(node).length === 0
}

/** Upstream counts as before while it takes out, so that a second one out takes its neighbour. */
function isListEmptied(list: unknown[]): boolean {
  const elements = list.slice()
  for (const [index, element] of elements.entries()) {
    if (hasAnchors(element, isAnchor) || isEmptied(element, false)) list.splice(index, 1)
  }
  return list.length === 0 && elements.length > 0
}
