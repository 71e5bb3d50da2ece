// What an installer makes of each host of an inventory: its parts, the tools that land on it and
// why, and how many losses the members of etcd survive.

import type { Location, Problem } from '../base/problem.ts'
import type { Assumption } from '../trials/spec.ts'
import type { PlaybookReach } from './playbook-reach.ts'

/** Whether a tool lands on a host, and the condition that decided. */
export interface ToolOnHost {
  readonly name: string
  readonly lands: boolean
  /** The role of the installer that brings it. */
  readonly role: string
  readonly because: string
  /** The variable that decided, where the inventory sets it. */
  readonly at?: Location
}

export interface HostRow {
  readonly name: string
  readonly at: Location
  /** Groups of the inventory, sorted, without `all`. */
  readonly groups: readonly string[]
  /** Names of columns. */
  readonly parts: readonly string[]
  /** The host becomes a node of the cluster. */
  readonly isNode: boolean
  /** Hosts that are alike share one list. */
  readonly tools: readonly ToolOnHost[]
}

/** The members that vote on the state of the cluster. */
export interface Voters {
  readonly members: readonly string[]
  readonly needed: number
}

export interface HostMatrix {
  readonly installer: string
  readonly release: Assumption
  /** The parts that a host can have, as columns. */
  readonly parts: readonly string[]
  readonly hosts: readonly HostRow[]
  readonly voters?: Voters
  /** What the installer's playbooks do on which host, where they were named. */
  readonly playbooks?: readonly PlaybookReach[]
  /** Where variables are set that decide about the tool that was asked for, in the playbooks. */
  readonly definitions?: ReadonlyMap<string, Location>
  readonly problems: readonly Problem[]
}

/** The majority of some members. */
export function votersOf(members: readonly string[]): Voters {
  return { members, needed: Math.trunc(members.length / 2) + 1 }
}

/** The tools that land on at least one host, in the order of the installer. */
export function toolsOf({ hosts }: HostMatrix): readonly string[] {
  const landing = new Set<string>()
  const order = new Set<string>()
  for (const list of new Set(hosts.map(({ tools }) => tools))) {
    for (const { name, lands } of list) {
      order.add(name)
      if (lands) landing.add(name)
    }
  }
  return [...order].filter(name => landing.has(name))
}
