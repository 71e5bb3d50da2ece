import { describe, expect, it } from 'vitest'
import { actions, type ClusterEvent, type Pod } from '../framework.ts'
import { eventAssignedPodDelete } from './queue-events.ts'
import type { QueueProfile } from './queue-profile.ts'
import type { QueuedPod } from './queued-pod.ts'
import { type QueueMoment, SchedulingQueue } from './scheduling-queue.ts'

const nodeAdd: ClusterEvent = { resource: 'Node', actions: actions.add }
const labelUpdate: ClusterEvent = { resource: 'UnschedulablePod', actions: actions.updatePodLabel }

function pod(name: string, priority = 0, more: Partial<Pod['spec']> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid: `uid-${name}` },
    spec: { containers: [], schedulerName: 'default-scheduler', priority, ...more },
  }
}

/** Fit waits for nodes and for other pods to go; Affinity only when the deleted pod is `friend`. */
const profile: QueueProfile = {
  gates: [
    {
      plugin: 'SchedulingGates',
      admits: ({ spec }) => (spec?.schedulingGates ?? []).length === 0,
    },
  ],
  hints: [
    { plugin: 'Fit', event: nodeAdd },
    { plugin: 'Fit', event: { resource: 'Pod', actions: actions.delete } },
    {
      plugin: 'Affinity',
      event: { resource: 'Pod', actions: actions.delete },
      isHelpful: (_pod, oldObject) => oldObject?.metadata.name === 'friend',
    },
    { plugin: 'Permit', event: nodeAdd },
    {
      plugin: 'SchedulingGates',
      event: { resource: 'Pod', actions: actions.updatePodSchedulingGatesEliminated },
    },
  ],
}

function moment(nowMs: number, pods: readonly Pod[] = []): QueueMoment {
  return {
    nowMs,
    profile: name => (name === 'default-scheduler' ? profile : undefined),
    profiles: [profile],
    findPod: (_namespace, name) => pods.find(({ metadata }) => metadata.name === name),
  }
}

function popped(queue: SchedulingQueue): QueuedPod {
  const next = queue.pop()
  if (next === undefined) throw new Error('the queue is empty')
  return next
}

/** Pops a pod and gives it back as rejected. */
function reject(queue: SchedulingQueue, nowMs: number, ...plugins: string[]): void {
  const next = popped(queue)
  const failure = { pod: next.pod, unschedulablePlugins: plugins, pendingPlugins: [] }
  queue.addUnschedulableIfNotPresent(next, failure, moment(nowMs))
}

function names(queue: SchedulingQueue, place: Parameters<SchedulingQueue['pods']>[0]): string[] {
  return queue.pods(place).map(({ pod: { metadata } }) => metadata.name ?? '')
}

const friendGone = {
  event: eventAssignedPodDelete,
  oldObject: pod('friend'),
  newObject: undefined,
}
const strangerGone = {
  event: eventAssignedPodDelete,
  oldObject: pod('stranger'),
  newObject: undefined,
}
const nodeAdded = { event: nodeAdd, oldObject: undefined, newObject: undefined }

describe('order of the active queue', () => {
  it('takes higher priority first, then the pod that has waited longer', () => {
    const queue = new SchedulingQueue()
    queue.add(pod('late'), moment(2))
    queue.add(pod('early'), moment(1))
    queue.add(pod('vip', 10), moment(3))
    expect([popped(queue), popped(queue), popped(queue)].map(({ key }) => key)).toEqual([
      'default/vip',
      'default/early',
      'default/late',
    ])
  })

  it('keeps the order of arrival within one millisecond', () => {
    const queue = new SchedulingQueue()
    for (const name of ['b', 'a', 'c']) queue.add(pod(name), moment(5))
    expect(names(queue, 'active')).toEqual(['b', 'a', 'c'])
  })

  it('follows a change of priority', () => {
    const queue = new SchedulingQueue()
    queue.add(pod('a', 5), moment(1))
    queue.add(pod('b', 1), moment(1))
    queue.update(pod('b', 1), pod('b', 9), moment(2))
    expect(names(queue, 'active')).toEqual(['b', 'a'])
  })
})

describe('events and hints', () => {
  it('leaves a pod alone when no plugin that rejected it cares', () => {
    const queue = new SchedulingQueue()
    queue.add(pod('a'), moment(0))
    reject(queue, 0, 'Affinity')
    queue.moveAll(nodeAdded, moment(20_000))
    queue.moveAll(strangerGone, moment(20_000))
    expect(names(queue, 'unschedulable')).toEqual(['a'])
    queue.moveAll(friendGone, moment(20_000))
    expect(names(queue, 'active')).toEqual(['a'])
  })

  it('puts a pod that is still backing off into the backoff queue', () => {
    const queue = new SchedulingQueue()
    queue.add(pod('a'), moment(300))
    reject(queue, 300, 'Fit')
    queue.moveAll(nodeAdded, moment(900))
    expect(names(queue, 'backoff')).toEqual(['a'])
  })

  it('skips the back-off when a plugin that answered Pending is helped', () => {
    const queue = new SchedulingQueue()
    queue.add(pod('a'), moment(0))
    const next = popped(queue)
    const failure = { pod: next.pod, unschedulablePlugins: ['Fit'], pendingPlugins: ['Permit'] }
    queue.addUnschedulableIfNotPresent(next, failure, moment(0))
    queue.moveAll(nodeAdded, moment(10))
    expect(names(queue, 'active')).toEqual(['a'])
  })

  it('remembers an event that came while the pod was being scheduled', () => {
    const queue = new SchedulingQueue()
    queue.add(pod('a'), moment(0))
    const next = popped(queue)
    queue.moveAll(friendGone, moment(1))
    const failure = { pod: next.pod, unschedulablePlugins: ['Affinity'], pendingPlugins: [] }
    queue.addUnschedulableIfNotPresent(next, failure, moment(2))
    expect(names(queue, 'backoff')).toEqual(['a'])
    expect(queue.inFlightUids()).toEqual([])
  })

  it('does not show a pod the events from before its own attempt', () => {
    const queue = new SchedulingQueue()
    queue.add(pod('a'), moment(0))
    queue.add(pod('b'), moment(0))
    popped(queue)
    queue.moveAll(friendGone, moment(1))
    reject(queue, 2, 'Affinity')
    expect(names(queue, 'unschedulable')).toEqual(['b'])
  })

  it('lets a wildcard event for one pod move that pod only', () => {
    const queue = new SchedulingQueue()
    for (const name of ['a', 'b']) {
      queue.add(pod(name), moment(0))
      reject(queue, 0, 'Affinity')
    }
    queue.activate([pod('b')], moment(20_000))
    expect(names(queue, 'active')).toEqual(['b'])
    expect(names(queue, 'unschedulable')).toEqual(['a'])
  })

  it('asks only the pods that pass the check of the caller', () => {
    const queue = new SchedulingQueue()
    for (const one of [pod('low', 1), pod('high', 9)]) {
      queue.add(one, moment(0))
      reject(queue, 0, 'Fit')
    }
    const isLow = ({ spec }: Pod): boolean => (spec?.priority ?? 0) <= 1
    queue.moveAll(strangerGone, moment(20_000), isLow)
    expect(names(queue, 'active')).toEqual(['low'])
  })

  it('tries a waiting pod again when its own change helps', () => {
    const queue = new SchedulingQueue()
    const before = pod('a')
    queue.add(before, moment(0))
    reject(queue, 0, 'Fit')
    const after = { ...before, metadata: { ...before.metadata, labels: { tier: 'x' } } }
    queue.update(before, after, moment(20_000))
    expect(names(queue, 'unschedulable')).toEqual(['a'])
    const hints = [{ plugin: 'Fit', event: { ...labelUpdate, resource: 'Pod' as const } }]
    const caring: QueueProfile = { ...profile, hints }
    const at = { ...moment(20_000), profile: () => caring, profiles: [caring] }
    queue.update(before, after, at)
    expect(names(queue, 'active')).toEqual(['a'])
  })
})

describe('back-off', () => {
  it('doubles from 1 s to 10 s and ends with the window after it', () => {
    const queue = new SchedulingQueue()
    queue.add(pod('a'), moment(0))
    const waits: number[] = []
    let nowMs = 0
    for (let attempt = 0; attempt < 6; attempt += 1) {
      reject(queue, nowMs, 'Fit')
      queue.moveAll(nodeAdded, moment(nowMs))
      const wake = queue.nextWakeMs(nowMs) as number
      waits.push(wake - nowMs)
      queue.flush(moment(wake - 1))
      expect(names(queue, 'active')).toEqual([])
      queue.flush(moment(wake))
      expect(names(queue, 'active')).toEqual(['a'])
      nowMs = wake
    }
    expect(waits).toEqual([2000, 3000, 5000, 9000, 11_000, 11_000])
  })

  it('is cut short when the scheduler has nothing else to do', () => {
    const queue = new SchedulingQueue()
    queue.add(pod('a'), moment(0))
    reject(queue, 0, 'Fit')
    queue.moveAll(nodeAdded, moment(1))
    expect(queue.hasPod()).toBe(true)
    expect(popped(queue).attempts).toBe(2)
  })

  it('is waited for in full without the gate SchedulerPopFromBackoffQ', () => {
    const options = {
      podInitialBackoffMs: 1000,
      podMaxBackoffMs: 10_000,
      podMaxInUnschedulableMs: 300_000,
      popFromBackoffQ: false,
    }
    const queue = new SchedulingQueue(options)
    queue.add(pod('a'), moment(300))
    reject(queue, 300, 'Fit')
    queue.moveAll(nodeAdded, moment(400))
    expect(queue.pop()).toBeUndefined()
    expect(queue.nextWakeMs(400)).toBe(2000)
    queue.flush(moment(2000))
    expect(queue.hasPod()).toBe(true)
  })

  it('counts errors apart from rejections, and an idle scheduler does not cut them short', () => {
    const queue = new SchedulingQueue()
    queue.add(pod('a'), moment(0))
    reject(queue, 0)
    expect(names(queue, 'errorBackoff')).toEqual(['a'])
    expect(queue.pop()).toBeUndefined()
    expect(queue.nextWakeMs(0)).toBe(2000)
    queue.flush(moment(2000))
    reject(queue, 2000)
    const second = queue.pods('errorBackoff')[0]
    expect(second).toMatchObject({ consecutiveErrorsCount: 2, unschedulableCount: 0 })
    queue.flush(moment(5000))
    reject(queue, 5000, 'Fit')
    expect(queue.pods('unschedulable')[0]).toMatchObject({
      consecutiveErrorsCount: 0,
      unschedulableCount: 1,
    })
  })
})

describe('pods that nothing wakes', () => {
  it('are tried again at the first half minute after 5 minutes', () => {
    const queue = new SchedulingQueue()
    queue.add(pod('a'), moment(10_000))
    reject(queue, 10_000, 'Affinity')
    expect(queue.nextWakeMs(10_000)).toBe(330_000)
    queue.flush(moment(329_999))
    expect(names(queue, 'unschedulable')).toEqual(['a'])
    queue.flush(moment(330_000))
    expect(queue.pods('active')[0]).toMatchObject({ wasFlushedFromUnschedulable: true })
  })

  it('wait longer than 5 minutes when the tick falls on exactly 5 minutes', () => {
    const queue = new SchedulingQueue()
    queue.add(pod('a'), moment(30_000))
    reject(queue, 30_000, 'Affinity')
    expect(queue.nextWakeMs(30_000)).toBe(360_000)
  })

  it('do not need to be woken when a gate keeps them out', () => {
    const queue = new SchedulingQueue()
    queue.add(pod('a', 0, { schedulingGates: [{ name: 'wait' }] }), moment(0))
    expect(queue.nextWakeMs(0)).toBeUndefined()
    queue.flush(moment(400_000))
    expect(names(queue, 'unschedulable')).toEqual(['a'])
  })
})

describe('gates', () => {
  const gated = pod('a', 0, { schedulingGates: [{ name: 'wait' }] })

  it('keep a pod out whatever happens in the cluster', () => {
    const queue = new SchedulingQueue()
    queue.add(gated, moment(0))
    queue.moveAll(nodeAdded, moment(20_000))
    expect(queue.pods('unschedulable')[0]).toMatchObject({
      gatingPlugin: 'SchedulingGates',
      unschedulablePlugins: ['SchedulingGates'],
    })
  })

  it('let the pod in once they are gone, without a back-off', () => {
    const queue = new SchedulingQueue()
    queue.add(gated, moment(0))
    queue.update(gated, pod('a'), moment(100))
    expect(queue.pods('active')[0]).toMatchObject({ gatingPlugin: '', initialAttemptMs: 100 })
  })
})

describe('nominations', () => {
  it('hold in memory until an update says otherwise', () => {
    const waiting = pod('a')
    const at = moment(0, [waiting])
    const queue = new SchedulingQueue()
    queue.add(waiting, at)
    queue.addNominatedPod(waiting, { nodeName: 'n1' }, at)
    queue.update(waiting, { ...waiting, status: { phase: 'Pending' } }, at)
    expect(queue.nominatedPodsForNode('n1', at.findPod)).toHaveLength(1)
    const named = { ...waiting, status: { nominatedNodeName: 'n2' } }
    queue.update(waiting, named, at)
    expect(queue.nominatedPodsForNode('n1', at.findPod)).toEqual([])
    expect(queue.nominatedPodsForNode('n2', at.findPod)).toEqual([named])
  })

  it('are not made for pods that have a node or are gone', () => {
    const bound = pod('a', 0, { nodeName: 'n1' })
    const queue = new SchedulingQueue()
    queue.addNominatedPod(pod('a'), { nodeName: 'n1' }, moment(0, [bound]))
    queue.addNominatedPod(pod('b'), { nodeName: 'n1' }, moment(0, [bound]))
    expect(queue.nominatedPodsForNode('n1', () => undefined)).toEqual([])
  })

  it('end with the pod', () => {
    const waiting = pod('a')
    const at = moment(0, [waiting])
    const queue = new SchedulingQueue()
    queue.addNominatedPod(waiting, { nodeName: 'n1' }, at)
    queue.delete(waiting)
    expect(queue.nominator.size).toBe(0)
  })
})

describe('forks', () => {
  it('never see what the other side does afterwards', () => {
    const queue = new SchedulingQueue()
    for (const name of ['a', 'b', 'c']) queue.add(pod(name), moment(0))
    reject(queue, 0, 'Fit')
    const next = popped(queue)
    const fork = queue.fork()
    fork.moveAll(nodeAdded, moment(20_000))
    fork.add(pod('d'), moment(20_000))
    const failure = { pod: next.pod, unschedulablePlugins: ['Fit'], pendingPlugins: [] }
    queue.addUnschedulableIfNotPresent(next, failure, moment(20_000))
    expect(names(fork, 'active')).toEqual(['c', 'a', 'd'])
    expect(fork.inFlightUids()).toEqual(['uid-b'])
    expect(names(queue, 'active')).toEqual(['c'])
    expect(names(queue, 'unschedulable')).toEqual(['a', 'b'])
    expect(queue.inFlightUids()).toEqual([])
  })
})
