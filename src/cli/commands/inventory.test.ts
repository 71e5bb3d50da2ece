import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FlagName, GivenFlags } from '../flags.ts'
import { runInventoryCommand } from '../run-inventory.ts'
import { fakeIo, fakeProduct } from '../testing.ts'

const folder = mkdtempSync(join(tmpdir(), 'seatrial-'))
const inventory = join(folder, 'inventory.ini')
writeFileSync(inventory, '[kube_control_plane]\na\n[kube_node]\nb\n[etcd]\nc\n')
const faulty = join(folder, 'faulty.ini')
writeFileSync(faulty, '[kube_control_plane]\n[kube_node]\nb\n[etcd]\nb\n')

async function run(values: Partial<Record<FlagName, string>> = {}, args = [inventory]) {
  const io = fakeIo()
  const entries = Object.entries(values) as [FlagName, string][]
  const given: GivenFlags = new Map(
    entries.map(([name, value]) => [name, { values: [value], setBy: `--${name}` }]),
  )
  const status = await runInventoryCommand({ args, given, io }, fakeProduct())
  return { status, ...io.written }
}

it('prints hosts against parts and tools, and what hosts lack', async () => {
  const { out, status } = await run()
  expect(out).toMatch(/^HOST +CONTROL-PLANE +ETCD +NODE +containerd +runc +crictl +nerdctl/)
  expect(out).toMatch(/^c +- +x +- +- +- +- +-/m)
  expect(out).toContain('c: no containerd, runc, crictl, nerdctl (deploy_container_engine: ')
  expect(out).toContain('etcd: 1 member (c), 1 needed, no loss is survived')
  expect(status).toBe(0)
})

it('with --why tells the condition, the role and the place', async () => {
  const { out, status } = await run({ why: 'c' }, [inventory, 'nerdctl'])
  expect(out).toContain('nerdctl does not land on c\n')
  expect(out).toContain('role     container-engine/nerdctl\n')
  expect(out).toContain(`host     ${inventory}:6, in etcd\n`)
  expect(status).toBe(0)
})

it.each(['json', 'yaml', 'markdown', 'wide', 'table'])('-o %s names every host', async output => {
  const { out } = await run({ output })
  for (const name of ['a', 'b', 'c']) expect(out).toMatch(new RegExp(`\\b${name}\\b`))
})

it('-o json has the place of every host', async () => {
  const { out } = await run({ output: 'json' })
  expect(JSON.parse(out)).toMatchObject({
    kind: 'HostMatrix',
    installer: 'Kubespray',
    hosts: [
      { name: 'a', file: inventory, line: 2, parts: ['control-plane'], isNode: true },
      {},
      {},
    ],
    etcd: { members: ['c'], needed: 1, survives: 0 },
  })
})

describe('exit status', () => {
  it.each([
    { name: 'an error is found', args: [faulty], values: {}, want: 1 },
    { name: 'nothing counts', args: [faulty], values: { 'fail-on': 'never' }, want: 0 },
    { name: 'nothing is named', args: [], values: {}, want: 2 },
    { name: 'there is no such file', args: ['no/such/file'], values: {}, want: 2 },
    { name: 'there is no such host', args: [inventory, 'runc'], values: { why: 'x' }, want: 2 },
    { name: 'there is no such tool', args: [inventory, 'x'], values: { why: 'a' }, want: 2 },
    { name: 'a tool is named without a host', args: [inventory, 'runc'], values: {}, want: 2 },
  ])('$want when $name', async ({ args, values, want }) => {
    expect((await run(values, args)).status).toBe(want)
  })
})
