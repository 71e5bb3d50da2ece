// Expectations that count any creation and any deletion, without telling pods apart.
// Upstream: pkg/controller/controller_utils.go (ControllerExpectations), v1.36.3.

import { type Expectations, expectationsKey } from './expectations.ts'
import type { Api, Memory, Part } from './framework.ts'

export interface AwaitedCounts {
  readonly add: number
  readonly remove: number
}

/** For reconciles: from now on this much is awaited. */
export function* expectCounts(api: Api, key: string, { add, remove }: AwaitedCounts): Part<void> {
  const setAtMs = yield* api.now()
  const awaited: Expectations = { add, remove, podKeys: [], setAtMs }
  yield* api.remember(expectationsKey(key), awaited)
}

/** For reconciles: this much will never be seen. */
export function* lowerCounts(api: Api, key: string, by: AwaitedCounts): Part<void> {
  const current = yield* api.recall<Expectations>(expectationsKey(key))
  if (current === undefined) return
  const next = { ...current, add: current.add - by.add, remove: current.remove - by.remove }
  yield* api.remember(expectationsKey(key), next)
}

/** For watch handlers: one more creation or deletion was seen. */
export function observeCount(memory: Memory, key: string, field: 'add' | 'remove'): void {
  const current = memory.get<Expectations>(expectationsKey(key))
  if (current === undefined) return
  memory.set(expectationsKey(key), { ...current, [field]: current[field] - 1 })
}
