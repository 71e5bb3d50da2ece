import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { load } from './load.ts'
import { type Sandbox, sandbox } from './testing.ts'

let files: Sandbox
beforeEach(() => {
  files = sandbox()
})
afterEach(() => files.remove())

function loaded(text: string) {
  files.write({ 'hosts.ini': text })
  const { problems, pools } = load([join(files.root, 'hosts.ini')])
  return { told: problems.map(({ code, what }) => `${code} ${what}`), pools }
}

it('a broken .ini is judged as an inventory, with the place of the mistake', () => {
  files.write({ 'hosts.ini': 'web1\n[web\n' })
  const [first] = load([join(files.root, 'hosts.ini')]).problems
  expect(first).toMatchObject({ code: 'ST0132', location: { line: 2 } })
})

it('an .ini of no known installer is told as such, and no node is assumed', () => {
  const { told, pools } = loaded('[web]\nweb1\n')
  expect(told).toContain('ST0109 this is no inventory of k3s-ansible or Kubespray')
  expect(pools).toEqual([])
})

it.each([
  { name: 'k3s-ansible', text: '[server]\n[agent]\n[k3s_cluster:children]\nserver\nagent\n' },
  { name: 'Kubespray', text: '[kube_control_plane]\n[kube_node]\n[etcd]\n' },
])('an inventory of $name without hosts assumes no nodes', ({ text }) => {
  const { told, pools } = loaded(text)
  expect(pools).toEqual([])
  expect(told).toContain('ST0141 this platform has no nodes')
})
