import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { UpgradeSpec } from '../../trials/spec.ts'
import { load } from '../load.ts'
import { type Sandbox, sandbox } from '../testing.ts'
import { join } from 'node:path'

let files: Sandbox
beforeEach(() => {
  files = sandbox()
})
afterEach(() => files.remove())

/** How the pools of an inventory are upgraded, by pool. */
function upgrades(workers: number, vars = ''): Readonly<Record<string, UpgradeSpec | undefined>> {
  const names = Array.from({ length: workers }, (_, index) => `w${index}\n`).join('')
  files.write({
    'inventory.ini':
      `[kube_control_plane]\na\nb\nc\n[etcd]\na\nb\nc\n[kube_node]\n${names}` +
      `[k8s_cluster:children]\nkube_control_plane\nkube_node\n[all:vars]\nx=1\n${vars}`,
  })
  const { pools } = load([join(files.root, 'inventory.ini')])
  return Object.fromEntries(pools.map(({ name, upgrade }) => [name, upgrade]))
}

/** Nodes that an upgrade takes at a time, by pool. */
function atOnce(workers: number, vars = ''): Readonly<Record<string, unknown>> {
  const all = Object.entries(upgrades(workers, vars))
  return Object.fromEntries(all.map(([name, upgrade]) => [name, upgrade?.atOnce]))
}

it('a fifth of the workers goes at a time, cut off, and one at least', () => {
  expect(atOnce(12)).toEqual({ 'control-plane': undefined, node: 2 })
  expect(atOnce(4)).toEqual({ 'control-plane': undefined, node: 1 })
})

it('serial decides, as a number or a share', () => {
  expect(atOnce(6, 'serial=3\n')).toMatchObject({ node: 3 })
  expect(atOnce(6, 'serial=50%\n')).toMatchObject({ node: 3 })
  expect(atOnce(6, 'serial=1\n')).toMatchObject({ node: 1 })
})

describe('how nodes are drained', () => {
  const usual = { gracePeriodSeconds: 300, timeoutMs: 360_000 }
  const cases = [
    {
      name: 'four times in all when nobody says anything',
      vars: '',
      want: [usual, usual, usual, usual],
    },
    {
      name: 'with the time, grace and pods that are given',
      vars: 'drain_timeout=2m\ndrain_grace_period=30\ndrain_retries=0\ndrain_pod_selector=app!=csi\n',
      want: [{ gracePeriodSeconds: 30, timeoutMs: 120_000, podSelector: 'app!=csi' }],
    },
    {
      name: 'then by deletion, where that is switched on',
      vars: 'drain_retries=0\ndrain_fallback_enabled=true\ndrain_fallback_timeout=1m\n',
      want: [usual, { gracePeriodSeconds: 300, timeoutMs: 60_000, disableEviction: true }],
    },
    { name: 'not at all', vars: 'drain_nodes=false\n', want: [] },
  ]
  it.each(cases)('$name', ({ vars, want }) => {
    const all = Object.values(upgrades(2, vars))
    expect(all.map(upgrade => upgrade?.drain?.tries)).toEqual([want, want])
  })

  it('a node that stays full ends the upgrade, unless it is told to go on', () => {
    expect(upgrades(1)['node']?.drain).toMatchObject({ goesOnAnyway: false, pauseMs: 10_000 })
    const vars = 'upgrade_node_fail_if_drain_fails=false\n'
    expect(upgrades(1, vars)['node']?.drain).toMatchObject({ goesOnAnyway: true })
  })
})
