import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { readPlatformFile } from '../../sources/own/platform-file.ts'
import type { FlagName } from '../flags.ts'
import { runInitCommand } from '../run-init.ts'
import { fakeIo, typed } from '../testing.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'init-'))
})

function copy(from: string, to: string): void {
  cpSync(join('examples', from), join(folder, to), { recursive: true })
}

async function init(values: Partial<Record<FlagName, string>> = {}) {
  const entries = Object.entries(values) as [FlagName, string][]
  const given = new Map(
    entries.map(([name, value]) => [name, { values: [value], setBy: `--${name}` }] as const),
  )
  const io = fakeIo()
  const status = await runInitCommand({ args: [], given, io }, undefined, folder)
  return { status, ...io.written }
}

function part() {
  const { part: read, problems } = readPlatformFile(join(folder, 'seatrial.yaml'))
  expect(problems).toEqual([])
  return read
}

it('names what holds objects, and nodes to correct', async () => {
  copy('small/manifests', 'manifests')
  writeFileSync(join(folder, 'README.md'), '# docs')
  writeFileSync(join(folder, 'values.yaml'), 'replicas: 3\n')
  const { out, status } = await init()
  expect(status).toBe(0)
  expect(part()).toMatchObject({
    sources: [{ path: join(folder, 'manifests') }],
    pools: [{ name: 'workers', count: 3, cpu: '4', memory: '16Gi' }],
  })
  expect(out).toContain('# 1 source: 3 objects')
  expect((await typed(`check ${folder} --trials install`)).status).toBe(0)
})

it('takes nodes from flags, and kustomizations and charts as such', async () => {
  for (const [name, text] of [
    ['prod/kustomization.yaml', 'resources: []\n'],
    ['chart/Chart.yaml', 'name: c\nversion: 1.0.0\napiVersion: v2\n'],
  ] as const) {
    copy('small', join(name, '..'))
    writeFileSync(join(folder, name), text)
  }
  expect(
    (await init({ nodes: '5', 'node-size': '8x32Gi', zones: 'a,b', kubernetes: '1.35' })).status,
  ).toBe(0)
  expect(part()).toMatchObject({
    kubernetes: '1.35',
    sources: [{ helm: join(folder, 'chart') }, { kustomize: join(folder, 'prod') }],
    pools: [{ count: 5, cpu: '8', memory: '32Gi', zones: ['a', 'b'] }],
  })
})

it('leaves the nodes to a cluster definition', async () => {
  copy('kubefirst', '.')
  await init()
  expect(part()?.pools).toBeUndefined()
  expect(readFileSync(join(folder, 'seatrial.yaml'), 'utf8')).toContain(
    'those of a cluster definition',
  )
})

it('never overwrites', async () => {
  copy('small', '.')
  const before = readFileSync(join(folder, 'seatrial.yaml'), 'utf8')
  const { err, status } = await init()
  expect(err).toContain('there is a seatrial.yaml already')
  expect(status).toBe(2)
  expect(readFileSync(join(folder, 'seatrial.yaml'), 'utf8')).toBe(before)
})

it('an empty folder is a usage problem', async () => {
  const { err, status } = await init()
  expect(err).toContain('nothing to judge lies in this folder')
  expect(status).toBe(2)
})
