// Which pods are nominated to which nodes while their victims terminate.
// Upstream: pkg/scheduler/backend/queue/nominator.go, v1.36.3.

import type { Pod } from '../framework.ts'

/** A pod by identity: its newest version is found in the queue or by its name. */
export interface PodRef {
  readonly namespace: string
  readonly name: string
  readonly uid: string
}

/** How an attempt wants the nomination changed; absent means: as the pod's status says. */
export interface Nomination {
  /** The node, or empty to clear. */
  readonly nodeName: string
}

/** The newest version of a pod that the scheduler has seen, assigned or not. */
export type PodLookup = (namespace: string, name: string) => Pod | undefined

/** Nominations by node in order of arrival. */
export class Nominator {
  /** Node name to its nominated pods. */
  private byNode: ReadonlyMap<string, readonly PodRef[]> = new Map()
  /** Pod uid to node name. */
  private nodeOf: ReadonlyMap<string, string> = new Map()

  /** O(1): maps are replaced, never changed. */
  fork(): Nominator {
    const copy = new Nominator()
    copy.byNode = this.byNode
    copy.nodeOf = this.nodeOf
    return copy
  }

  /** Every nomination, as plain data. */
  identity(): unknown {
    return [...this.byNode]
  }

  get size(): number {
    return this.nodeOf.size
  }

  podsForNode(nodeName: string): readonly PodRef[] {
    return this.byNode.get(nodeName) ?? []
  }

  nodeForPod(uid: string): string | undefined {
    return this.nodeOf.get(uid)
  }

  /** Nodes that have a nominated pod. */
  nodeNames(): string[] {
    return [...this.byNode.keys()]
  }

  add(pod: Pod, nomination: Nomination | undefined, lookup: PodLookup): void {
    const uid = pod.metadata.uid ?? ''
    this.delete(uid)
    const nodeName = nomination?.nodeName ?? pod.status?.nominatedNodeName ?? ''
    if (nomination === undefined && nodeName === '') return
    const namespace = pod.metadata.namespace ?? ''
    const name = pod.metadata.name ?? ''
    const newest = lookup(namespace, name)
    if (newest === undefined || (newest.spec?.nodeName ?? '') !== '') return
    const nodes = new Map(this.nodeOf)
    nodes.set(uid, nodeName)
    this.nodeOf = nodes
    const pods = new Map(this.byNode)
    pods.set(nodeName, [...this.podsForNode(nodeName), { namespace, name, uid }])
    this.byNode = pods
  }

  /** Follows an update; a node reserved in memory only is kept. */
  update(oldPod: Pod, newPod: Pod, lookup: PodLookup): void {
    const uid = oldPod.metadata.uid ?? ''
    const unnamed = (pod: Pod): boolean => (pod.status?.nominatedNodeName ?? '') === ''
    const reserved = unnamed(oldPod) && unnamed(newPod) ? this.nodeOf.get(uid) : undefined
    this.delete(uid)
    this.add(newPod, reserved === undefined ? undefined : { nodeName: reserved }, lookup)
  }

  delete(uid: string): void {
    const nodeName = this.nodeOf.get(uid)
    if (nodeName === undefined) return
    const nodes = new Map(this.nodeOf)
    nodes.delete(uid)
    this.nodeOf = nodes
    const left = this.podsForNode(nodeName).filter(pod => pod.uid !== uid)
    const pods = new Map(this.byNode)
    if (left.length === 0) pods.delete(nodeName)
    else pods.set(nodeName, left)
    this.byNode = pods
  }
}
