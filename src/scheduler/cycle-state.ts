// The state of one scheduling attempt. Upstream: pkg/scheduler/framework/cycle_state.go, v1.36.3.

import type { CycleState, FilterPlugin, Handle, StateKey } from './framework.ts'

interface Entry {
  readonly key: StateKey<unknown>
  readonly value: unknown
}

/** What the runtime keeps beside the plugins' values. */
export class AttemptState implements CycleState {
  readonly handle: Handle
  readonly skipFilter: Set<string>
  readonly skipScore: Set<string>
  /** Filter plugins that did not skip; set once after PreFilter. */
  activeFilters: readonly FilterPlugin[] | undefined
  private readonly entries: Map<string, Entry>

  constructor(handle: Handle, from?: AttemptState) {
    this.handle = handle
    this.skipFilter = from === undefined ? new Set() : new Set(from.skipFilter)
    this.skipScore = from === undefined ? new Set() : new Set(from.skipScore)
    this.activeFilters = from?.activeFilters
    this.entries = new Map()
    if (from === undefined) return
    for (const [name, { key, value }] of from.entries) {
      this.entries.set(name, { key, value: key.clone(value) })
    }
  }

  read<T>(key: StateKey<T>): T | undefined {
    return this.entries.get(key.name)?.value as T | undefined
  }

  write<T>(key: StateKey<T>, value: T): void {
    this.entries.set(key.name, { key: key as StateKey<unknown>, value })
  }

  clone(): AttemptState {
    return new AttemptState(this.handle, this)
  }
}
