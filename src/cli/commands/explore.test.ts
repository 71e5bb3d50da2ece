import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runExploreCommand } from '../run-explore.ts'
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
  expect(out).toContain('1 departure, --replay st1.1.d20.7-1')
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
  const missing = await typed(`${line} st1.1.d20.999999-1`)
  expect(missing.err).toContain('ST0201 --replay: st1.1.d20.999999-1 is a schedule of other input')
  expect(missing.err).toContain('choice 999999, which this run does not have')
  expect(missing.status).toBe(2)
})

it('names the trials that it knows where none of them was asked for', async () => {
  const { err, status } = await typed('explore examples/small --trials upgrade')
  expect(err).toContain('restart, lose-node, drain')
  expect(status).toBe(2)
})
