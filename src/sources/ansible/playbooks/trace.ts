// What a run of playbooks did: plays, tasks in order of start, results per host.

import type { Play, Task } from './model.ts'
import type { Value } from '../values.ts'

export type Outcome =
  | 'ok'
  | 'skipped'
  | 'failed'
  | 'unreachable'
  | 'unknown'
  | 'item_ok'
  | 'item_skipped'
  | 'item_failed'

export interface ResultTrace {
  readonly host: string
  /** The hosts that it stands for, where hosts run in classes and the task runs on all of them. */
  readonly hosts?: readonly string[]
  readonly is: Outcome
  /** The condition that was false. */
  readonly condition?: Value
  readonly reason?: string
  readonly message?: Value
  readonly isIgnored?: boolean
  readonly isChanged?: boolean
  /** The label of a loop's item. */
  readonly item?: Value
  /** What debug printed, by `msg` or the name of the variable. */
  readonly printed?: ReadonlyMap<string, Value>
  /** Why it is not known whether the task runs, or what it gives. */
  readonly unknown?: readonly string[]
  readonly delegatedTo?: string
  /** The task keeps its results to itself (`no_log`). */
  readonly isHidden?: boolean
}

export interface TaskTrace {
  readonly task: Task
  readonly name: string
  readonly results: ResultTrace[]
  readonly included: {
    readonly file: string
    readonly hosts: readonly string[]
    readonly item?: Value
  }[]
  readonly notified: { readonly handler: string; readonly host: string }[]
  /** Hosts that run it at a time, where the task says it. */
  readonly throttle?: number
}

export interface PlayTrace {
  readonly play: Play
  readonly name: string
  /** The pattern, its templates evaluated. */
  readonly hosts: readonly string[]
  /** The hosts of this batch, in order. */
  readonly targets: readonly string[]
  /** How `serial` splits the hosts of the play, where hosts run in classes. */
  readonly batches?: readonly (readonly string[])[]
  readonly tasks: TaskTrace[]
  readonly marks: ('no_hosts_matched' | 'no_hosts_remaining')[]
}

export interface Recap {
  ok: number
  failures: number
  unreachable: number
  changed: number
  skipped: number
  rescued: number
  ignored: number
}

/** The counts of the recap by host. */
export class Recaps {
  readonly byHost = new Map<string, Recap>()

  count(host: string, field: keyof Recap): void {
    let recap = this.byHost.get(host)
    if (recap === undefined) {
      recap = { ok: 0, failures: 0, unreachable: 0, changed: 0, skipped: 0, rescued: 0, ignored: 0 }
      this.byHost.set(host, recap)
    }
    recap[field] += 1
  }
}
