import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FlagName, GivenFlags } from '../flags.ts'
import { runSurviveCommand } from '../run-survive.ts'
import { fakeIo, fakeProduct } from '../testing.ts'

const manifest = join(mkdtempSync(join(tmpdir(), 'seatrial-')), 'config.yaml')
writeFileSync(manifest, 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: b}\n')

async function survive(values: Partial<Record<FlagName, string>> = {}, args = [manifest]) {
  const io = fakeIo()
  const entries = Object.entries(values) as [FlagName, string][]
  const given: GivenFlags = new Map(
    entries.map(([name, value]) => [name, { values: [value], setBy: `--${name}` }]),
  )
  const status = await runSurviveCommand({ args, given, io }, fakeProduct())
  return { status, ...io.written }
}

it('prints the table and what repeats it', async () => {
  const { out } = await survive()
  expect(out).toMatch(/kube-system\/kube-dns +0 +346.2/)
  expect(out).toContain(`again: seatrial survive ${manifest}`)
})

describe('exit status', () => {
  it.each([
    { name: 'an SLA is broken', values: {}, want: 1 },
    { name: 'nothing counts', values: { 'fail-on': 'never' }, want: 0 },
  ])('$want when $name', async ({ values, want }) => {
    expect((await survive(values)).status).toBe(want)
  })

  it('2 without input', async () => {
    const { status, err } = await survive({}, ['no/such/folder'])
    expect(status).toBe(2)
    expect(err).toContain('ST0101')
  })
})

it('with -o json there is nothing but the document', async () => {
  const { out, err } = await survive({ output: 'json' })
  expect(JSON.parse(out)).toMatchObject({ kind: 'Survival', rows: [{}, {}, {}] })
  expect(err).toBe('')
})
