import { expect, it } from 'vitest'
import { typed } from '../testing.ts'

it.each(['ST1203', 'st1203', 'ST1203-1a2b3c4d', 'rollout-stuck'])('explains %s', async word => {
  const { out, status } = await typed(`explain ${word}`)
  expect(out).toMatch(/^ST1203 rollout-stuck: A rollout never completes\n/)
  expect(status).toBe(0)
})

it('lists every page without an argument', async () => {
  const { out } = await typed('explain')
  expect(out.split('\n').length).toBeGreaterThan(30)
})

it('suggests the nearest id', async () => {
  const { err, status } = await typed('explain ST1202')
  expect(err).toContain('did you mean ST1')
  expect(status).toBe(2)
})
