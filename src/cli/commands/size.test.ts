import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runSizeCommand } from '../run-size.ts'
import { fakeIo, fakeProduct } from '../testing.ts'
import type { GivenFlags } from '../flags.ts'

const manifest = join(mkdtempSync(join(tmpdir(), 'seatrial-')), 'config.yaml')
writeFileSync(manifest, 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: b}\n')

async function size(args: readonly string[], output?: string) {
  const io = fakeIo()
  const given: GivenFlags =
    output === undefined ? new Map() : new Map([['output', { values: [output], setBy: '-o' }]])
  const status = await runSizeCommand({ args, given, io }, fakeProduct())
  return { status, ...io.written }
}

it('prints one line per trial, and says when no count was enough', async () => {
  const { out, status } = await size([manifest])
  expect(out).toBe('TRIAL     NODES\ninstall   3\nrestart   none up to 4\n')
  expect(status).toBe(1)
})

it('says what its nodes are taken to be', async () => {
  expect((await size([manifest])).err).toContain('assumed 3 nodes of 4 CPU / 16 GiB')
})

it('prints the same as a document', async () => {
  const { out } = await size([manifest], 'json')
  expect(JSON.parse(out)).toEqual({
    apiVersion: 'seatrial.dev/v1',
    kind: 'Size',
    trials: [
      { name: 'install', nodes: 3, tried: 4 },
      { name: 'restart', nodes: null, tried: 4 },
    ],
  })
})

it('needs something to size', async () => {
  const { err, status } = await size(['no/such/folder'])
  expect(status).toBe(2)
  expect(err).toContain('ST0101')
})
