import { expect, it } from 'vitest'
import { createCluster } from '../cluster/cluster.ts'
import { entriesSince, notesOf } from './trace.ts'

it('notes of a topic are all there in order, also once the run went on', () => {
  const world = createCluster({ kubernetes: '1.36', nodes: [] })
  world.note('a', 'mine', 1)
  world.note('b', 'other', 2)
  expect(notesOf(world, 'mine').map(({ data }) => data)).toEqual([1])
  const fork = world.fork()
  world.note('c', 'mine', 3)
  expect(notesOf(world, 'mine').map(({ data }) => data)).toEqual([1, 3])
  expect(notesOf(fork, 'mine').map(({ data }) => data)).toEqual([1])
  expect(notesOf(world, 'nobody')).toEqual([])
})

it('entries since a moment are those at and after it', () => {
  const world = createCluster({ kubernetes: '1.36', nodes: [] })
  world.note('a', 'before', 1)
  world.runFor(1000)
  const startMs = world.nowMs
  world.note('a', 'at', 2)
  world.runFor(1000)
  world.note('a', 'after', 3)
  const topics = entriesSince(world, startMs).map(entry => entry.type === 'note' && entry.topic)
  expect(topics).toEqual(['at', 'after'])
})
