import { expect, it } from 'vitest'
import { node, pod, verdicts } from '../plugin-testing.ts'
import { nodeName } from './node-name.ts'

const nodes = [node('n1'), node('n2')]
const mismatch = "node(s) didn't match the requested node name"

it.each([
  { name: 'no node requested: every node passes', wanted: '', want: ['fits', 'fits'] },
  { name: 'n2 requested: only n2 passes', wanted: 'n2', want: [mismatch, 'fits'] },
  { name: 'an unknown node requested: none', wanted: 'n9', want: [mismatch, mismatch] },
])('$name', ({ wanted, want }) => {
  const given = pod('p', { nodeName: wanted })
  expect(Object.values(verdicts(nodeName, { nodes, pod: given }))).toEqual(want)
})
