// Public advice about a layout of Kubespray with etcd apart, and what the product answers to it.

import { join } from 'node:path'
import { expect, it } from 'vitest'
import { typed } from '../../src/cli/testing.ts'

const folder = 'examples/kubespray'
const separate = `${folder}/separate/inventory.ini`
const golden = (name: string): string =>
  join(import.meta.dirname, '..', '..', folder, 'advice', name)

it('Y1: nerdctl is missing on the third host, with the whole engine, and that is meant', async () => {
  const { out, err, status } = await typed(`inventory ${separate} -o markdown`)
  expect({ err, status }).toEqual({ err: '', status: 0 })
  expect(out).toMatch(/instance-3: no containerd, runc, crictl, nerdctl \(deploy_container_engine/)
  await expect(out).toMatchFileSnapshot(golden('y1-matrix.md'))
})

it('Y2: only a strict task fails there, and it is named', async () => {
  const strict = await typed(`inventory ${separate} --playbooks ${folder}/playbooks/strict.yml`)
  expect(strict.status).toBe(1)
  await expect(strict.err).toMatchFileSnapshot(golden('y2-strict.txt'))
  for (const name of ['cluster.yml', 'guarded.yml']) {
    const other = await typed(`inventory ${separate} --playbooks ${folder}/playbooks/${name}`)
    expect({ name, err: other.err, status: other.status }).toEqual({ name, err: '', status: 0 })
  }
})

it('Y3: what each host is, and which condition decided', async () => {
  const tree = `--playbooks ${folder}/playbooks`
  const { out } = await typed(`inventory ${separate} ${tree} --why instance-3 nerdctl`)
  expect(out).toContain('skipped: deploy_container_engine')
  await expect(out).toMatchFileSnapshot(golden('y3-why.txt'))
  const other = await typed(`inventory ${separate} ${tree} --why instance-2 nerdctl`)
  expect(other.out).toContain('nerdctl lands on instance-2')
  expect(other.out).toContain('  runs\n')
})
