// What an inventory holds. Everything knows where it was written.

import type { Location } from '../../../base/problem.ts'
import type { Value } from '../values.ts'

/** A variable of a host or group. */
export interface Variable {
  readonly value: Value
  /** Where the value was set that counts. */
  readonly at: Location
  /** Where the name was first written, as the engine tells it; its column is not always known. */
  readonly namedAt: Location
}

/** By name, in the order in which Python keeps them; a name of YAML may be other than a text. */
export type Variables = ReadonlyMap<Value, Variable>

export interface Host {
  readonly name: string
  /** Every place that names it; the first defined it. */
  readonly at: readonly Location[]
  /** Its own variables, without those of its groups and of files beside the inventory. */
  readonly variables: Variables
  /** Groups above it, parents and `all` included, in no particular order. */
  readonly groups: readonly Group[]
  /** Made up because a pattern named localhost and no inventory has it. */
  readonly isImplicit: boolean
}

export interface Group {
  readonly name: string
  /** Every place that declares or names it; none for `all` and `ungrouped` that nobody wrote. */
  readonly at: readonly Location[]
  readonly variables: Variables
  /** Hosts named in the group itself. */
  readonly hosts: readonly Host[]
  readonly children: readonly Group[]
  readonly parents: readonly Group[]
  /** The longest way down from `all`. */
  readonly depth: number
  /** `ansible_group_priority`, 1 unless set. */
  readonly priority: number | bigint
}

/** A warning or error in the words of the chosen version of the engine, and where it is about. */
export interface Message {
  readonly severity: 'warning' | 'error'
  readonly text: string
  readonly at?: Location
  /** The plugin whose attempt at a source failed; several try each source. */
  readonly plugin?: string
  readonly about: 'source' | 'syntax' | 'duplicate-key' | 'name' | 'variable' | 'pattern' | 'group'
}

/** A source that needs more than a reader: a plugin, a script, a secret. */
export interface Unsupported {
  readonly what: 'plugin' | 'script' | 'toml' | 'vault'
  readonly at: Location
  /** The name of the plugin, or the encrypted variable. */
  readonly name: string
}
