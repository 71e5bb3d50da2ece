import { expect, it } from 'vitest'
import { strikeNow } from '../trials/strike.ts'
import { Voyage } from '../trials/voyage.ts'
import { notReadyFlapping } from './not-ready-flapping.ts'
import { clusterWithWeb, conditionOf, nodeOfWeb, podsOf, servingNow } from './testing.ts'

it('a node that is heard now and then turns NotReady each time, and no pod is evicted', () => {
  const world = clusterWithWeb()
  const node = nodeOfWeb(world)
  const { uid } = podsOf(world)[0]?.metadata ?? {}
  const voyage = new Voyage(world)
  strikeNow(voyage, notReadyFlapping, { args: { node }, forMs: 600_000 })
  const seen: (string | undefined)[] = []
  for (let round = 0; round < 5; round += 1) {
    voyage.wait(85_000)
    seen.push(conditionOf(world, node, 'Ready'))
    voyage.wait(30_000)
    seen.push(conditionOf(world, node, 'Ready'))
    voyage.wait(5000)
  }
  expect(seen).toEqual(Array.from({ length: 5 }, () => ['Unknown', 'True']).flat())
  voyage.wait(60_000)
  expect(servingNow(world)).toBe(1)
  expect(podsOf(world).map(({ metadata }) => metadata.uid)).toEqual([uid])
})
