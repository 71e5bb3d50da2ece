// Replays operations on the real queue, recorded in corpus/scheduler-queue, and compares its state
// after each. Every seventh operation first forks the queue and goes on with the fork.

import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { actions, type EventObject, type Pod } from '../framework.ts'
import { pod as plainPod } from '../plugin-testing.ts'
import { eventAssignedPodAdd, eventAssignedPodDelete, eventTimeout } from './queue-events.ts'
import type { QueueHint, QueueProfile } from './queue-profile.ts'
import type { QueuedPod } from './queued-pod.ts'
import { type QueueEvent, type QueueMoment, SchedulingQueue } from './scheduling-queue.ts'

interface Operation {
  readonly t: number
  readonly op: string
  readonly pod?: string
  readonly prio?: number
  readonly gated?: boolean
  readonly label?: string
  readonly nom?: string
  readonly unsched?: readonly string[]
  readonly pending?: readonly string[]
  readonly event?: string
  readonly obj?: string
  readonly state: Readonly<Record<string, unknown>>
}

interface Sequence {
  readonly seed: number
  readonly ops: readonly Operation[]
}

const file = new URL('../../../corpus/scheduler-queue/v1.36.jsonl.gz', import.meta.url)
const sequences = gunzipSync(readFileSync(file))
  .toString('utf8')
  .trim()
  .split('\n')
  .map(line => JSON.parse(line) as Sequence)

const isItself: QueueHint['isHelpful'] = (pod, _oldObject, newObject) =>
  newObject?.kind === 'Pod' && newObject.metadata.uid === pod.metadata.uid

const profile: QueueProfile = {
  gates: [
    {
      plugin: 'SchedulingGates',
      admits: ({ spec }) => (spec?.schedulingGates ?? []).length === 0,
    },
  ],
  hints: [
    { plugin: 'Fit', event: { resource: 'Node', actions: actions.add } },
    { plugin: 'Permit', event: { resource: 'Node', actions: actions.add } },
    { plugin: 'Fit', event: { resource: 'Pod', actions: actions.delete } },
    {
      plugin: 'Affinity',
      event: { resource: 'Pod', actions: actions.delete },
      isHelpful: (_pod, oldObject) => oldObject?.metadata.name === 'friend',
    },
    {
      plugin: 'Affinity',
      event: { resource: 'Pod', actions: actions.updatePodLabel },
      isHelpful: isItself,
    },
    {
      plugin: 'SchedulingGates',
      event: { resource: 'Pod', actions: actions.updatePodSchedulingGatesEliminated },
      isHelpful: isItself,
    },
    { plugin: 'Taint', event: { resource: 'Node', actions: actions.updateNodeTaint } },
  ],
}

const aNode: EventObject = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } }

function podOf(name: string, { prio = 0, gated, label, nom = '' }: Partial<Operation>): Pod {
  const made = plainPod(
    name,
    { priority: prio, ...(gated === true && { schedulingGates: [{ name: 'g' }] }) },
    { status: { nominatedNodeName: nom } },
  )
  return label === undefined
    ? made
    : { ...made, metadata: { ...made.metadata, labels: { l: label } } }
}

function eventOf({ event = '', obj = '' }: Operation): QueueEvent {
  const other = podOf(obj, {})
  const [oldObject, newObject] = [undefined, undefined]
  switch (event) {
    case 'nodeAdd':
      return { event: { resource: 'Node', actions: actions.add }, oldObject, newObject: aNode }
    case 'nodeTaint': {
      const taint = { resource: 'Node', actions: actions.updateNodeTaint } as const
      return { event: taint, oldObject: aNode, newObject: aNode }
    }
    case 'podDelete':
      return { event: eventAssignedPodDelete, oldObject: other, newObject }
    case 'podAdd':
      return { event: eventAssignedPodAdd, oldObject, newObject: other }
    default:
      return { event: eventTimeout, oldObject, newObject }
  }
}

/** The queue under test with what its owner would know. */
class Replay {
  queue = new SchedulingQueue()
  private readonly pods = new Map<string, Pod>()
  private readonly inFlight = new Map<string, QueuedPod>()

  /** Does the operation and returns the state after it, as recorded. */
  perform(operation: Operation): Record<string, unknown> {
    const at: QueueMoment = {
      nowMs: operation.t,
      profile: () => profile,
      profiles: [profile],
      findPod: (_namespace, name) => this.pods.get(name),
    }
    this.queue.flush(at)
    const popped = operation.op === 'pop' ? this.pop() : undefined
    if (operation.op === 'event') this.queue.moveAll(eventOf(operation), at)
    else if (operation.op !== 'pop') this.performOn(operation.pod ?? '', operation, at)
    return this.state(popped)
  }

  private pop(): QueuedPod | undefined {
    const popped = this.queue.pop()
    if (popped !== undefined) this.inFlight.set(nameOf(popped.pod), popped)
    return popped
  }

  private performOn(name: string, operation: Operation, at: QueueMoment): void {
    const known = this.pods.get(name)
    switch (operation.op) {
      case 'add':
        this.pods.set(name, podOf(name, operation))
        this.queue.add(podOf(name, operation), at)
        return
      case 'update':
        this.pods.set(name, podOf(name, operation))
        if (known !== undefined) this.queue.update(known, podOf(name, operation), at)
        return
      case 'back':
        this.giveBack(name, operation, at)
        return
      case 'activate':
        if (known !== undefined) this.queue.activate([known], at)
        return
      case 'done':
        this.queue.done(`uid-${name}`)
        this.inFlight.delete(name)
        return
      default:
        this.pods.delete(name)
        if (known !== undefined) this.queue.delete(known)
        if (operation.op === 'bound') this.queue.done(`uid-${name}`)
    }
  }

  private giveBack(
    name: string,
    { unsched = [], pending = [], nom }: Operation,
    at: QueueMoment,
  ): void {
    const popped = this.inFlight.get(name)
    const pod = this.pods.get(name)
    this.inFlight.delete(name)
    if (popped === undefined || pod === undefined) throw new Error(`${name} is not in flight`)
    const failure = { pod, unschedulablePlugins: unsched, pendingPlugins: pending }
    this.queue.addUnschedulableIfNotPresent(popped, failure, at)
    const nodeName = nom === '-' ? '' : nom
    this.queue.addNominatedPod(pod, nodeName === undefined ? undefined : { nodeName }, at)
  }

  private state(popped: QueuedPod | undefined): Record<string, unknown> {
    const { queue } = this
    const names = (pods: readonly QueuedPod[]): string[] =>
      pods.map(({ pod }) => nameOf(pod)).sort()
    const lists: Record<string, readonly string[]> = {
      active: names(queue.pods('active')),
      backoff: names([...queue.pods('backoff'), ...queue.pods('errorBackoff')]),
      unsched: names(queue.pods('unschedulable')),
      inFlight: queue
        .inFlightUids()
        .map(uid => uid.slice('uid-'.length))
        .sort(),
      nom: ['n1', 'n2'].flatMap(node =>
        queue.nominator.podsForNode(node).map(({ name }) => `${node}/${name}`),
      ),
    }
    const present = Object.entries(lists).filter(([, list]) => list.length > 0)
    return {
      ...Object.fromEntries(present),
      ...(popped !== undefined && { popped: nameOf(popped.pod), attempts: popped.attempts }),
    }
  }
}

function nameOf({ metadata }: Pod): string {
  return metadata.name ?? ''
}

describe('the queue does what the real one did', () => {
  it.each(sequences)('sequence $seed', ({ ops }) => {
    const replay = new Replay()
    for (const [index, operation] of ops.entries()) {
      if (index % 7 === 3) replay.queue = replay.queue.fork()
      const { state, ...done } = operation
      expect({ index, ...done, state: replay.perform(operation) }).toEqual({
        index,
        ...done,
        state,
      })
    }
  })
})
