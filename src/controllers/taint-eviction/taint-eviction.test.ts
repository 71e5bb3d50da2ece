import { describe, expect, it } from 'vitest'
import type { Node, Pod, Taint, Toleration } from '../../kube/generated/types.ts'
import { FakeCluster } from '../testing.ts'
import { taintEviction } from './taint-eviction.ts'
import { evictionDelayMs } from './timing.ts'

const unreachable: Taint = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }
const broken: Taint = { key: 'broken', effect: 'NoExecute' }

function tolerates(key: string, tolerationSeconds?: number): Toleration {
  const base = { key, operator: 'Exists', effect: 'NoExecute' }
  return tolerationSeconds === undefined ? base : { ...base, tolerationSeconds }
}

function pod(tolerations: readonly Toleration[]): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'ns' },
    spec: { nodeName: 'n1', containers: [], tolerations },
    status: { phase: 'Running' },
  }
}

describe('evictionDelayMs', () => {
  const patient = tolerates(unreachable.key, 300)
  const cases = [
    { name: 'an untolerated taint: at once', given: [[], [broken]], want: 0 },
    { name: 'tolerated for 300 s', given: [[patient], [unreachable]], want: 300_000 },
    { name: 'tolerated for ever', given: [[tolerates('broken')], [broken]], want: undefined },
    {
      name: 'the shortest of the tolerations used',
      given: [
        [patient, tolerates('broken', 10)],
        [unreachable, broken],
      ],
      want: 10_000,
    },
    {
      name: 'one toleration for ever does not lengthen the other',
      given: [
        [tolerates('broken'), patient],
        [unreachable, broken],
      ],
      want: 300_000,
    },
    { name: 'zero seconds: at once', given: [[tolerates('broken', 0)], [broken]], want: 0 },
    {
      name: 'a toleration that is not used does not count',
      given: [[tolerates('other', 1), patient], [unreachable]],
      want: 300_000,
    },
  ] as const
  it.each(cases)('$name', ({ given: [tolerations, taints], want }) => {
    expect(evictionDelayMs(pod(tolerations), taints)).toBe(want)
  })
})

describe('taint eviction controller', () => {
  function cluster(tolerations: readonly Toleration[]): FakeCluster {
    const fake = new FakeCluster(taintEviction)
    fake.add<Node>({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' }, spec: {} })
    fake.add(pod(tolerations))
    fake.settle()
    return fake
  }

  function taint(fake: FakeCluster, taints: readonly Taint[]): void {
    fake.change<Node>('Node', 'n1', before => ({ ...before, spec: { taints } }))
    fake.settle()
  }

  const eviction = [
    'Normal TaintManagerEviction: Marking for deletion Pod ns/web',
    'patch Pod web',
    'delete Pod web',
  ]

  it('deletes at once what does not tolerate the taint', () => {
    const fake = cluster([])
    fake.takeTrace()
    taint(fake, [broken])
    expect(fake.takeTrace()).toEqual(eviction)
  })

  it('waits for tolerationSeconds', () => {
    const fake = cluster([tolerates(unreachable.key, 300)])
    taint(fake, [unreachable])
    expect(fake.later.at(-1)).toMatchObject({ key: 'ns/web', delayMs: 300_000 })
    fake.takeTrace()
    fake.nowMs += 300_000
    fake.reconcile(taintEviction, 'ns/web')
    expect(fake.takeTrace()).toEqual(eviction)
  })

  it('keeps the first time when another taint comes that is tolerated longer', () => {
    const fake = cluster([tolerates(unreachable.key, 300), tolerates('broken', 900)])
    taint(fake, [unreachable])
    fake.nowMs += 100_000
    taint(fake, [unreachable, broken])
    expect(fake.later.at(-1)).toMatchObject({ delayMs: 200_000 })
  })

  it('cancels when the taint goes, and tells', () => {
    const fake = cluster([tolerates(unreachable.key, 300)])
    taint(fake, [unreachable])
    fake.takeTrace()
    taint(fake, [])
    expect(fake.takeTrace()).toEqual([
      'Normal TaintManagerEviction: Cancelling deletion of Pod ns/web',
    ])
    fake.nowMs += 300_000
    fake.reconcile(taintEviction, 'ns/web')
    expect(fake.takeTrace()).toEqual([])
  })

  it('leaves a pod alone that tolerates the taint for ever', () => {
    const fake = cluster([tolerates(unreachable.key)])
    fake.takeTrace()
    taint(fake, [unreachable])
    expect(fake.takeTrace()).toEqual([])
    expect(fake.later).toEqual([])
  })
})
