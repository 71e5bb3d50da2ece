import { expect, it } from 'vitest'
import { SchedulerCache } from '../cache.ts'
import { attempt, node, pod } from '../plugin-testing.ts'
import { imageLocality } from './image-locality.ts'

const mebibyte = 1024 * 1024
const having = (name: string, ...images: readonly [string, number][]) => ({
  ...node(name),
  status: {
    images: images.map(([image, size]) => ({ names: [image], sizeBytes: size * mebibyte })),
  },
})

function scores(...images: readonly string[]): readonly unknown[] {
  const cache = new SchedulerCache()
  cache.setNode(having('n1', ['web:1', 500], ['db:latest', 40]))
  cache.setNode(having('n2', ['web:1', 500]))
  const { nodes } = cache.snapshot()
  const given = pod('p', { containers: images.map(image => ({ name: image, image })) })
  const { cycle } = attempt({ nodes: nodes.map(one => one.node) })
  return nodes.map(one => imageLocality.score(cycle, given, one))
}

it.each([
  // 500 MiB on 2 of 2 nodes: 100 * (500 - 23) / (1000 - 23) = 48
  { name: 'an image on both nodes', images: ['web:1'], want: [48, 48] },
  // 40 MiB on 1 of 2 nodes counts 20 MiB, below the threshold of 23 MiB
  { name: 'a small image on one node', images: ['db'], want: [0, 0] },
  // 500 + 20 of 2 containers: 100 * (520 - 23) / (2000 - 23) = 25
  { name: 'two containers', images: ['web:1', 'db'], want: [25, 24] },
  { name: 'an image that no node has', images: ['cache:1'], want: [0, 0] },
])('$name: $want', ({ images, want }) => {
  expect(scores(...images)).toEqual(want)
})
