import { expect, it } from 'vitest'
import type { PodPlacement, RejectedNode } from '../explain/placement/report.ts'
import { placementText } from './placement.ts'

const base: PodPlacement = {
  apiVersion: 'seatrial.dev/v1',
  kind: 'PodPlacement',
  namespace: 'shop',
  name: 'web-1',
  scheduler: 'default-scheduler',
  weights: {},
  feasible: [],
  rejected: [],
  ties: [],
}

function short(node: string, has: number): RejectedNode {
  const missing = 2000 - has
  return {
    node,
    blockers: [
      {
        plugin: 'NodeResourcesFit',
        reasons: ['Insufficient cpu'],
        wanted: 'cpu 2000m',
        has: `cpu ${has}m`,
        missing: `cpu ${missing}m`,
        distance: missing / 2000,
      },
    ],
  }
}

it('many nodes with the same want are one row, with the best of them', () => {
  const rejected = [900, 1900, 500, 400, 300, 200].map((has, index) => short(`n${index}`, has))
  const nearest = { node: 'n1', changes: ['cpu 100m more'] }
  expect(placementText({ ...base, message: '0/6 nodes', rejected, nearest })).toBe(
    [
      'Pod shop/web-1 waits for a node (default-scheduler); 0 of 6 nodes fit',
      '',
      '0/6 nodes',
      '',
      'REJECTED BY        NODES                   WANTED      HAS                 MISSING',
      'NodeResourcesFit   n0, n1, n2 and 3 more   cpu 2000m   cpu 1900m at best   cpu 100m at best',
      '',
      'nearest: n1 would take it with cpu 100m more',
      '',
    ].join('\n'),
  )
})

it('scores are a table with the weights in its head; many rows are counted', () => {
  const feasible = Array.from({ length: 14 }, (_, index) => ({
    node: `n${index}`,
    scores: { ImageLocality: { raw: 0, norm: 50 - index } },
    total: 100 - 2 * index,
  }))
  const text = placementText({ ...base, node: 'n0', weights: { ImageLocality: 2 }, feasible })
  expect(text).toContain('NODE   ImageLocality×2   TOTAL\nn0 *   50                100\n')
  expect(text).toContain('and 2 nodes with totals from 76 down to 74\n')
})

it('one node that fits is not scored', () => {
  const feasible = [{ node: 'n0', scores: {}, total: 0 }]
  expect(placementText({ ...base, node: 'n0', feasible })).toContain(
    'n0 is the only node that fits, so nothing is scored',
  )
})
