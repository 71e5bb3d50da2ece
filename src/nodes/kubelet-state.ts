// What the kubelets of all nodes know; part of a World and forked with it.

import { SortedMap } from '../base/sorted-map.ts'
import type { Forkable } from '../engine/actor.ts'
import type { NodeHeartbeat } from '../kube/node-heartbeat.ts'
import type { Disturbance } from './disturbances.ts'
import type { Pressure } from './pressure.ts'
import type { PodRun } from './pod-run.ts'

/** One pod as its kubelet sees it. */
export interface Charge {
  readonly key: string
  readonly node: string
  readonly run: PodRun
  /** The timer for the next change, to cancel it. */
  readonly timer?: { readonly atMs: number; readonly sequence: number }
  /** Unique names of the volumes that are attached for it. */
  readonly volumes?: readonly string[]
  /** Names of the attachments without which it does not start. */
  readonly waitsFor?: readonly string[]
  /** The last word was spoken: final status written and, if it was asked for, deleted. */
  readonly finished?: true
}

/** One kubelet. It is connected while its heartbeat has no end, or was ended by a refusal. */
export interface NodeLink {
  readonly heartbeat: NodeHeartbeat
  /** The API server refuses to renew the lease; the kubelet goes on trying. */
  readonly refused?: true
  /** The timer for the next renewal, where renewals are requests. */
  readonly renewal?: number
  /** What the node is short of, and how many pods it still evicts. */
  readonly shortages?: Readonly<Partial<Record<Pressure, Shortage>>>
  /** The timer for the next post of its status. */
  readonly correction?: number
  /** Volumes in use, as last reported. */
  readonly volumes?: readonly string[]
}

export interface Shortage {
  readonly evictions: number
  readonly timer?: number
}

export class KubeletState implements Forkable {
  /** By uid of the pod. */
  charges = new SortedMap<Charge>()
  /** By name of the node. */
  links = new SortedMap<NodeLink>()
  /** How many pod addresses were given out. */
  addresses = 0
  /** What hinders pods at present. */
  disturbances: readonly Disturbance[] = []
  /** Whether something can refuse renewals of leases, so that they are requests. */
  isAsked = false
  /** Answers to renewals may change until then; a timer keeps the World from rest. */
  settledMs = 0
  isSettling = false

  fork(): this {
    const copy = new KubeletState()
    copy.charges = this.charges.fork()
    copy.links = this.links.fork()
    copy.addresses = this.addresses
    copy.disturbances = this.disturbances
    copy.isAsked = this.isAsked
    copy.settledMs = this.settledMs
    copy.isSettling = this.isSettling
    return copy as this
  }

  isConnected(node: string): boolean {
    const link = this.links.get(node)
    if (link === undefined) return false
    return link.heartbeat.untilMs === undefined || link.refused === true
  }

  /** The next free pod address, unique in the cluster. */
  nextAddress(): string {
    this.addresses += 1
    const n = this.addresses
    return `10.${244 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`
  }
}
