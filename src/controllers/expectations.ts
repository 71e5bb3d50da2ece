// What a controller waits to see in its cache before it counts its pods again.
// Upstream: pkg/controller/controller_utils.go (UIDTrackingControllerExpectations), v1.36.3.

import type { Api, Memory, Part } from './framework.ts'

/** Creations and deletions not yet seen; the deleted pods by key, so that each counts once. */
export interface Expectations {
  readonly add: number
  readonly remove: number
  readonly podKeys: readonly string[]
  readonly setAtMs: number
}

/** After this long a controller stops waiting: the watch events must have been lost. */
export const expectationsTimeoutMs = 5 * 60 * 1000

/** The memory key under which the expectations of one queue key live. */
export function expectationsKey(key: string): string {
  return `expectations:${key}`
}

export function expectCreations(count: number, nowMs: number): Expectations {
  return { add: count, remove: 0, podKeys: [], setAtMs: nowMs }
}

export function expectDeletions(podKeys: readonly string[], nowMs: number): Expectations {
  return { add: 0, remove: podKeys.length, podKeys, setAtMs: nowMs }
}

/** True when nothing is awaited any more, was never awaited, or has been awaited for too long. */
export function satisfied(expectations: Expectations | undefined, nowMs: number): boolean {
  if (expectations === undefined) return true
  if (expectations.add <= 0 && expectations.remove <= 0) return true
  return nowMs - expectations.setAtMs > expectationsTimeoutMs
}

function withoutCreations(expectations: Expectations, count: number): Expectations {
  return { ...expectations, add: expectations.add - count }
}

function withoutDeletion(expectations: Expectations, podKey: string): Expectations {
  if (!expectations.podKeys.includes(podKey)) return expectations
  return {
    ...expectations,
    remove: expectations.remove - 1,
    podKeys: expectations.podKeys.filter(other => other !== podKey),
  }
}

/** For watch handlers: a pod of `key` has appeared. */
export function observeCreation(memory: Memory, key: string): void {
  const current = memory.get<Expectations>(expectationsKey(key))
  if (current !== undefined) memory.set(expectationsKey(key), withoutCreations(current, 1))
}

/** For watch handlers: a pod of `key` is gone or going. */
export function observeDeletion(memory: Memory, key: string, podKey: string): void {
  const current = memory.get<Expectations>(expectationsKey(key))
  if (current === undefined) return
  const next = withoutDeletion(current, podKey)
  if (next !== current) memory.set(expectationsKey(key), next)
}

/** For reconciles: `count` creations will never be seen, because they were not made. */
export function* forgetCreations(api: Api, key: string, count: number): Part<void> {
  const current = yield* api.recall<Expectations>(expectationsKey(key))
  if (current === undefined) return
  yield* api.remember(expectationsKey(key), withoutCreations(current, count))
}

/** For reconciles: the deletion of `podKey` will never be seen. */
export function* forgetDeletion(api: Api, key: string, podKey: string): Part<void> {
  const current = yield* api.recall<Expectations>(expectationsKey(key))
  if (current === undefined) return
  yield* api.remember(expectationsKey(key), withoutDeletion(current, podKey))
}
