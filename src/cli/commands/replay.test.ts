import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runExploreCommand } from '../run-explore.ts'
import { fakeIo, fakeProduct, typed } from '../testing.ts'

const folder = mkdtempSync(join(tmpdir(), 'seatrial-'))

it('repeats a run of check by the schedule that it printed', async () => {
  const first = await typed('check examples/small --trials install -o json')
  const { run } = JSON.parse(first.out) as { run: { schedule: string; digest: string } }
  const again = await typed(`replay ${run.schedule} examples/small --trials install -o json`)
  expect(JSON.parse(again.out)).toMatchObject({ run: { digest: run.digest } })
})

it('refuses a schedule of other files, whatever command made it', async () => {
  const first = await typed('check examples/small --trials install -o json')
  const { run } = JSON.parse(first.out) as { run: { schedule: string } }
  for (const command of ['replay', 'check --replay', 'survive --replay']) {
    const other = await typed(`${command} ${run.schedule} examples/k3s-manifests`)
    expect(other).toMatchObject({ status: 2 })
    expect(other.err).toContain('is a schedule of other input')
  }
})

it('saves what breaks as a recording that tells input, act and schedule', async () => {
  const io = fakeIo()
  const record = join(folder, 'found')
  const manifest = join(folder, 'config.yaml')
  writeFileSync(manifest, 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: b}\n')
  const given = new Map([['record' as const, { values: [record], setBy: '--record' }]])
  await runExploreCommand({ args: [manifest], given, io }, fakeProduct())
  const [file = ''] = readdirSync(record)
  expect(file).toBe('1-restart-rollout-stuck-web.json')
  expect(JSON.parse(readFileSync(join(record, file), 'utf8'))).toMatchObject({
    kind: 'Recording',
    inputs: [manifest],
    trial: 'restart',
    subject: 'Deployment shop/web',
    outcome: { schedule: 'st2.1.d20.7-1', verdict: 'rollout-stuck' },
  })
})

it('needs a schedule or a recording', async () => {
  expect(await typed('replay')).toMatchObject({ status: 2 })
  const none = await typed('replay no-such-file examples/small')
  expect(none).toMatchObject({ status: 2 })
  expect(none.err).toContain('"no-such-file" is not a schedule')
  const file = join(folder, 'wrong.json')
  writeFileSync(file, '{}')
  const wrong = await typed(`replay ${file}`)
  expect(wrong).toMatchObject({ status: 2 })
  expect(wrong.err).toContain('is not a recording')
})
