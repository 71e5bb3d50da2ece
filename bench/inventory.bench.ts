// `inventory --playbooks` as a user runs it: a whole process that follows an installer's playbooks
// over an inventory of 100 hosts and of 5,000. The tree is a checkout of Kubespray that
// SEATRIAL_KUBESPRAY names; without one the small tree of the examples is followed.

import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { peakMebibytes, timed } from './process.ts'
import { type Row, type SuiteOptions, timedRow } from './suite.ts'

const root = join(import.meta.dirname, '..')
const folder = join(root, '.cache', 'bench', 'inventory')
const { ensureBuilt } = createRequire(import.meta.url)('../tools/first-use.cjs') as {
  ensureBuilt: () => string
}

const sizes = [
  { hosts: 100, millisecondsMax: 2000 },
  { hosts: 5000, millisecondsMax: 10_000 },
] as const

/** Three control planes with etcd, and workers with an address each. */
function inventoryOf(hosts: number): string {
  const planes = [1, 2, 3].map(index => `cp${index} ansible_host=10.0.1.${index}`)
  const workers = Array.from(
    { length: hosts - planes.length },
    (_, index) =>
      `node${index} ansible_host=10.${1 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`,
  )
  return [
    '[kube_control_plane]',
    ...planes,
    '[etcd]',
    'cp1',
    'cp2',
    'cp3',
    '[kube_node]',
    ...workers,
    '[k8s_cluster:children]',
    'kube_control_plane',
    'kube_node',
    '',
  ].join('\n')
}

/** Times whole processes. */
export async function rows({ runs, only = '', say }: SuiteOptions): Promise<readonly Row[]> {
  const given = process.env['SEATRIAL_KUBESPRAY']
  const tree = given ?? join(root, 'examples', 'kubespray', 'playbooks')
  mkdirSync(folder, { recursive: true })
  const all: Row[] = []
  for (const { hosts, millisecondsMax } of sizes) {
    const workload = `${given === undefined ? 'small tree' : 'Kubespray'}, ${hosts} hosts`
    if (!workload.includes(only)) continue
    const file = join(folder, `hosts-${hosts}.ini`)
    writeFileSync(file, inventoryOf(hosts))
    const args = [ensureBuilt(), 'inventory', file, '--playbooks', tree]
    say(`bench: ${workload}, ${runs} runs`)
    const samples = await timed(args, runs, 'exit')
    const mebibytes = peakMebibytes(args)
    const about = { workload, nodes: 0, pods: 0, engine: 'whole process', millisecondsMax }
    all.push(timedRow({ ...about, samples, mebibytes }))
  }
  return all
}
