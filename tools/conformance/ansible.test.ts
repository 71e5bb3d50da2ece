import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { run } from './ansible.ts'
import { readRecording } from './recordings.ts'

const root = join(import.meta.dirname, '..', '..')
const sample = join(root, 'corpus', 'ansible')
const recorded = join(root, '..', 'shared', 'conformance', 'ansible')
const options = { differencesMax: 3, deviations: new Set<string>() }

it('answers the sample as all three versions of ansible-core did', async () => {
  const result = await run(sample, options)
  expect(result.differences).toEqual([])
  expect(result.checked).toBe(3 * (27 + 16 + 29 + 23))
})

it('notices a recorded variable and a recorded warning that were changed', async () => {
  type Case = { id: string; expect: { list: object; messages?: readonly string[] } }
  const cases = [...readRecording(join(sample, 'inventories.jsonl.gz'))] as Case[]
  const values = cases.find(({ id }) => id === 'ini-values-inline')!
  const warned = cases.find(({ id }) => id === 'ini-children-undefined')!
  const planted = [
    { ...values, expect: { ...values.expect, list: { ...values.expect.list, _meta: {} } } },
    { ...warned, expect: { ...warned.expect, messages: ['[WARNING]: planted'] }, messagesIn: {} },
  ]
  const folder = mkdtempSync(join(tmpdir(), 'ansible-'))
  try {
    const lines = planted.map(each => JSON.stringify(each)).join('\n')
    writeFileSync(join(folder, 'inventories.jsonl'), `${lines}\n`)
    const result = await run(folder, options)
    expect(result.mismatches).toBe(6)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

const absent = !existsSync(recorded)
const reason = absent ? ' (skipped: ../shared is not there)' : ''

it.skipIf(absent)(
  `answers every recorded inventory, pattern, expression and playbook${reason}`,
  async () => {
    for (const name of ['inventories', 'patterns', 'expressions', 'playbooks']) {
      const result = await run(join(recorded, `${name}.jsonl.gz`), options)
      expect(result.differences).toEqual([])
      expect(result.checked).toBeGreaterThan(300)
    }
  },
)
