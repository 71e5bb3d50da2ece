import { afterEach, beforeEach, expect, it } from 'vitest'
import { load } from '../load.ts'
import { type Sandbox, sandbox } from '../testing.ts'
import { join } from 'node:path'

let files: Sandbox
beforeEach(() => {
  files = sandbox()
})
afterEach(() => files.remove())

/** Nodes that an upgrade takes at a time, by pool. */
function atOnce(workers: number, vars = ''): Readonly<Record<string, unknown>> {
  const names = Array.from({ length: workers }, (_, index) => `w${index}\n`).join('')
  files.write({
    'inventory.ini':
      `[kube_control_plane]\na\nb\nc\n[etcd]\na\nb\nc\n[kube_node]\n${names}` +
      `[k8s_cluster:children]\nkube_control_plane\nkube_node\n[all:vars]\nx=1\n${vars}`,
  })
  const { pools } = load([join(files.root, 'inventory.ini')])
  return Object.fromEntries(pools.map(({ name, upgrade }) => [name, upgrade?.atOnce]))
}

it('a fifth of the workers goes at a time, cut off, and one at least', () => {
  expect(atOnce(12)).toEqual({ 'control-plane': undefined, node: 2 })
  expect(atOnce(4)).toEqual({ 'control-plane': undefined, node: undefined })
})

it('serial decides, as a number or a share', () => {
  expect(atOnce(6, 'serial=3\n')).toMatchObject({ node: 3 })
  expect(atOnce(6, 'serial=50%\n')).toMatchObject({ node: 3 })
  expect(atOnce(6, 'serial=1\n')).toMatchObject({ node: undefined })
})
