import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { ExploreReport } from '../../index.ts'
import { runExploreCommand } from '../run-explore.ts'
import { merged, shardWords } from '../shards.ts'
import { fakeIo, fakeProduct, typed } from '../testing.ts'
import type { FlagName, GivenFlags } from '../flags.ts'

const manifest = join(mkdtempSync(join(tmpdir(), 'seatrial-')), 'config.yaml')
writeFileSync(manifest, 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: b}\n')

async function explore(flags: Partial<Record<FlagName, string>> = {}, args = [manifest]) {
  const io = fakeIo()
  const given: GivenFlags = new Map(
    Object.entries(flags).map(([name, value]) => [
      name as FlagName,
      { values: [value], setBy: `--${name}` },
    ]),
  )
  const status = await runExploreCommand({ args, given, io }, fakeProduct())
  return { status, ...io.written }
}

it('tells what some schedules break, how to see it again, and where the order differs', async () => {
  const { out, status } = await explore()
  expect(out).toContain('breaks  restart Deployment shop/web: 40 schedules (all within the bound)')
  expect(out).toContain('rollout-stuck Deployment shop/web, in 3 of 40 schedules')
  expect(out).toContain('1 departure, --replay st2.1.d20.7-1')
  expect(out).toMatch(/1\. +0\.002 s {2}! kubelet: delivery of Pod, before ada/)
  expect(out).toContain('window 20 ms, strategy deviations, up to 1 departure, at most 200')
  expect(status).toBe(1)
})

it('hands its bounds on', async () => {
  const { out } = await explore({ strategy: 'random', runs: '7', window: '50', output: 'json' })
  expect(JSON.parse(out)).toMatchObject({
    kind: 'Exploration',
    bound: { strategy: 'random', runs: 7, windowMs: 50 },
  })
})

it('refuses bounds of nothing and strategies that do not exist', async () => {
  expect(await explore({ runs: '0' })).toMatchObject({ status: 2 })
  const { err, status } = await explore({ strategy: 'randon' })
  expect(err).toContain('did you mean random?')
  expect(status).toBe(2)
})

it('needs something to explore', async () => {
  expect(await explore({}, ['no/such/folder'])).toMatchObject({ status: 2 })
})

it('refuses a schedule whose choices the run does not have, and says which', async () => {
  const line = 'explore examples/small --trials restart --replay'
  const missing = await typed(`${line} st2.1.d20.999999-1`)
  expect(missing.err).toContain('ST0201 --replay: st2.1.d20.999999-1 is a schedule of other input')
  expect(missing.err).toContain('choice 999999, which this run does not have')
  expect(missing.status).toBe(2)
})

it('names the trials that it knows where none of them was asked for', async () => {
  const { err, status } = await typed('explore examples/small --trials upgrade')
  expect(err).toContain('restart, lose-node, drain')
  expect(status).toBe(2)
})

it('refuses a schedule of another version or of other input, and says of which', async () => {
  const line = 'explore examples/small --trials restart --replay'
  const older = await typed(`${line} st1.1.d20.7-1`)
  expect(older).toMatchObject({ status: 2 })
  expect(older.err).toContain('of version st1, and this seatrial reads st2')
  const foreign = await typed(`${line} st2.1.d20.7-1.i00000001`)
  expect(foreign).toMatchObject({ status: 2 })
  expect(foreign.err).toMatch(/made on input 00000001, and this is input [0-9a-f]{8}/)
})

it('visits states, says how many there were, and is unsure beyond its bound', async () => {
  const line = 'explore examples/small --trials restart --strategy exhaustive --states 40'
  const { out, status } = await typed(line)
  expect(out).toContain('unsure  restart Deployment default/web: 40 states')
  expect(out).toContain('stopped at the bound on states')
  expect(out).toContain('at most 40 states and 1024 MiB each')
  expect(status).toBe(3)
})

it('says that a drain has a client of which states say nothing', async () => {
  const line = 'explore examples/small --trials drain --strategy exhaustive --states 40'
  const { out, status } = await typed(line)
  expect(out).toContain('skipped  drain node workers-1: kubectl takes part all the time')
  expect(status).toBe(3)
})

it('refuses faults that do not exist or cannot strike', async () => {
  const line = 'explore examples/small --trials restart --fault'
  expect((await typed(`${line} node-los=workers-1`)).err).toContain('did you mean node-loss?')
  expect(await typed(`${line} node-loss`)).toMatchObject({ status: 2 })
  expect(await typed(`${line} node-loss=nowhere`)).toMatchObject({ status: 2 })
})

it('lets others run between the requests of a reconcile where that is asked for', async () => {
  const line = 'explore examples/small --trials restart --strategy exhaustive --states 30'
  const { out } = await typed(`${line} --interleave -o json`)
  const report = JSON.parse(out) as { bound: object; scenarios: readonly object[] }
  expect(report.bound).toMatchObject({ interleave: true })
  expect(report.scenarios).toMatchObject([{ states: { visited: 30 } }])
})

it('divides acts into shards that make up the whole', async () => {
  const line = 'explore examples/small --trials restart,lose-node --runs 2 -o json'
  const all = JSON.parse((await typed(line)).out) as ExploreReport
  const parts = [1, 2].map(
    async part => JSON.parse((await typed(`${line} --shard ${part}/2`)).out) as ExploreReport,
  )
  expect(merged(await Promise.all(parts))?.scenarios).toEqual(all.scenarios)
  expect(await typed(`${line} --shard 3/2`)).toMatchObject({ status: 2 })
})

it('explores a shard as it was called, without what is for the whole', () => {
  const given: GivenFlags = new Map([
    ['fault', { values: ['a=b', 'c'], setBy: '--fault' }],
    ['interleave', { values: ['true'], setBy: '--interleave' }],
    ['jobs', { values: ['2'], setBy: '--jobs' }],
    ['record', { values: ['found'], setBy: 'SEATRIAL_RECORD' }],
  ] as const)
  const words = shardWords({ args: ['-odd'], given, io: fakeIo() }, '1/2')
  expect(words.join(' ')).toBe(
    'explore --fault=a=b --fault=c --interleave --output=json --jobs=1 --shard=1/2 -- -odd',
  )
})
