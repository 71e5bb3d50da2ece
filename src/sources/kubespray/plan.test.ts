import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { HostPlan } from '../../explain/host-plan.ts'
import { readPlan } from '../hosts.ts'
import { type Sandbox, sandbox } from '../testing.ts'

let files: Sandbox
beforeEach(() => {
  files = sandbox()
})
afterEach(() => files.remove())

interface Groups {
  readonly planes: string
  readonly etcd: string
  readonly workers?: string
}

function inventory({ planes, etcd, workers = 'w1' }: Groups): string {
  const lines = (names: string): string => names.replaceAll(' ', '\n')
  return `[kube_control_plane]\n${lines(planes)}\n[etcd]\n${lines(etcd)}\n[kube_node]\n${lines(workers)}\n`
}

function planOf(from: Groups, to: Groups): HostPlan {
  files.write({ 'now.ini': inventory(from), 'wanted.ini': inventory(to) })
  const read = readPlan(join(files.root, 'now.ini'), join(files.root, 'wanted.ini'))
  if ('problem' in read) throw new Error(read.problem.what)
  return read.plan
}

function told(from: Groups, to: Groups): readonly string[] {
  return planOf(from, to).steps.map(({ verdict, what }) => `${verdict}: ${what}`)
}

describe('members of etcd, one by one', () => {
  it('from one to three: the first to join leaves no majority until it runs', () => {
    expect(told({ planes: 'a', etcd: 'a' }, { planes: 'a', etcd: 'a b c' })).toEqual([
      'risky: b joins etcd: 2 members, 2 needed',
      'risky: c joins etcd: 3 members, 2 needed',
    ])
  })

  it('one of three is replaced: first the new one joins, then the old one leaves', () => {
    const steps = told({ planes: 'p', etcd: 'a b c' }, { planes: 'p', etcd: 'a b d' })
    expect(steps).toEqual([
      'risky: d joins etcd: 4 members, 3 needed',
      'holds: c leaves etcd: 3 members, 2 needed',
    ])
  })

  it('a member that joins five leaves one vote to spare', () => {
    expect(
      told({ planes: 'p', etcd: 'a b c d e' }, { planes: 'p', etcd: 'a b c d e f g' }),
    ).toEqual([
      'holds: f joins etcd: 6 members, 4 needed',
      'holds: g joins etcd: 7 members, 4 needed',
    ])
  })

  it('an even number between asks for the assertion to be ignored, an odd one does not', () => {
    const { steps } = planOf({ planes: 'p', etcd: 'a b c' }, { planes: 'p', etcd: 'a' })
    expect(steps.map(({ how }) => how.includes('ignore_assert_errors=yes'))).toEqual([true, false])
    expect(steps.map(({ members, survives }) => [members, survives])).toEqual([
      [2, 0],
      [1, 0],
    ])
  })

  it('the last one cannot leave', () => {
    const steps = told({ planes: 'p', etcd: 'a' }, { planes: 'p', etcd: 'b' })
    expect(steps.at(-1)).toBe('holds: a leaves etcd: 1 member, 1 needed')
  })
})

describe('the first control plane', () => {
  it('hands over before it leaves, and cluster-info is corrected after', () => {
    expect(told({ planes: 'a b c', etcd: 'e' }, { planes: 'b c', etcd: 'e' })).toEqual([
      'holds: b takes the place of a as the first of kube_control_plane',
      'holds: a leaves the control plane',
      'holds: cluster-info names a control plane that is there',
    ])
  })

  it('another one just leaves', () => {
    expect(told({ planes: 'a b c', etcd: 'e' }, { planes: 'a b', etcd: 'e' })).toEqual([
      'holds: c leaves the control plane',
    ])
  })

  it('cannot be a new host', () => {
    const [first] = told({ planes: 'a b', etcd: 'e' }, { planes: 'n a b', etcd: 'e' })
    expect(first).toBe('refused: n is new and stands first in kube_control_plane')
  })

  it('with etcd on it hands over before its vote goes, and leaves once', () => {
    expect(told({ planes: 'a b c', etcd: 'a b c' }, { planes: 'b c d', etcd: 'b c d' })).toEqual([
      'holds: d joins as control plane',
      'risky: d joins etcd: 4 members, 3 needed',
      'holds: b takes the place of a as the first of kube_control_plane',
      'holds: a leaves etcd and the control plane: 3 members, 2 needed',
      'holds: cluster-info names a control plane that is there',
    ])
  })
})

it('workers come and go by playbooks of their own', () => {
  const from = { planes: 'a', etcd: 'a', workers: 'w1 w2' }
  expect(told(from, { ...from, workers: 'w1 w3' })).toEqual([
    'holds: w3 joins as worker',
    'holds: w2 leaves the workers',
  ])
  expect(told(from, from)).toEqual([])
})

describe('a host with more than one part', () => {
  it('that is gone altogether leaves once', () => {
    const from = { planes: 'p', etcd: 'p a b', workers: 'a b w' }
    expect(told(from, { planes: 'p', etcd: 'p b', workers: 'b w' })).toEqual([
      'holds: a leaves etcd: 2 members, 2 needed',
    ])
  })

  it('that keeps one of them joins again after it has left', () => {
    const from = { planes: 'p', etcd: 'p a b', workers: 'a b w' }
    expect(told(from, { ...from, etcd: 'p b' })).toEqual([
      'holds: a leaves etcd: 2 members, 2 needed',
      'holds: a joins as worker',
    ])
    const planes = { planes: 'a b c', etcd: 'e', workers: 'w' }
    expect(told(planes, { planes: 'a b', etcd: 'e', workers: 'w c' })).toEqual([
      'holds: c leaves the control plane',
      'holds: c joins as worker',
    ])
    const stacked = { planes: 'a b c', etcd: 'a b c' }
    expect(told(stacked, { ...stacked, etcd: 'a b' })).toEqual([
      'holds: c leaves etcd: 2 members, 2 needed',
      'holds: c joins as control plane',
    ])
  })
})
