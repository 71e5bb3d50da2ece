import { expect, it } from 'vitest'
import { imagePullFailure } from './image-pull-failure.ts'
import { clusterWithWeb, nodeOfWeb, podsOf, scaleWeb, servingNow } from './testing.ts'

const waiting = (world: ReturnType<typeof clusterWithWeb>): readonly unknown[] =>
  podsOf(world).flatMap(
    ({ status }) => status?.containerStatuses?.[0]?.state?.waiting?.reason ?? [],
  )

it('a pod waits where its image is not, and starts after a back-off when the registry is back', () => {
  const world = clusterWithWeb()
  imagePullFailure.apply(world, {})
  scaleWeb(world, 3)
  world.runFor(60_000)
  expect(waiting(world)).toEqual(['ImagePullBackOff', 'ImagePullBackOff'])
  expect(servingNow(world)).toBe(1)
  imagePullFailure.recover(world, {})
  world.runFor(300_000)
  expect(servingNow(world)).toBe(3)
})

it('a pod starts where its image is already', () => {
  const world = clusterWithWeb()
  imagePullFailure.apply(world, { image: 'app:1' })
  scaleWeb(world, 7)
  world.runFor(30_000)
  const here = podsOf(world).filter(({ spec }) => spec?.nodeName === nodeOfWeb(world)).length
  expect(here).toBeGreaterThan(1)
  expect(servingNow(world)).toBe(here)
})

it('another image is not concerned', () => {
  const world = clusterWithWeb()
  imagePullFailure.apply(world, { image: 'other:1' })
  scaleWeb(world, 3)
  world.runFor(30_000)
  expect(servingNow(world)).toBe(3)
})
