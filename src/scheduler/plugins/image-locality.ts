// ImageLocality prefers nodes that already have the pod's images.
// Upstream: pkg/scheduler/framework/plugins/imagelocality, v1.36.3.

import type { Pod } from '../../kube/generated/types.ts'
import { maxNodeScore, type NodeInfo, type ScorePlugin } from '../framework.ts'

const mebibyte = 1024 * 1024
const minThreshold = 23 * mebibyte
const maxContainerThreshold = 1000 * mebibyte

export const imageLocality = {
  name: 'ImageLocality',
  doc: 'Scores nodes by the size of the wanted images they have, weighed by how common each is.',
  score: (cycle, pod, node) => {
    const { containers = [], initContainers = [] } = pod.spec ?? {}
    const sum = sumImageScores(pod, node, cycle.handle.snapshot.nodes.length)
    return scoreOf(sum, containers.length + initContainers.length)
  },
} satisfies ScorePlugin

function sumImageScores(pod: Pod, node: NodeInfo, numNodes: number): number {
  if (node.imageStates.size === 0) return 0
  const { containers = [], initContainers = [], volumes = [] } = pod.spec ?? {}
  let sum = 0
  for (const { image } of initContainers) sum += imageScore(image, node, numNodes)
  for (const { image } of containers) sum += imageScore(image, node, numNodes)
  for (const { image } of volumes) {
    if (image !== undefined) sum += imageScore(image.reference, node, numNodes)
  }
  return sum
}

/** The size, scaled by the share of nodes that have the image, against piling up on one node. */
function imageScore(image: string | undefined, node: NodeInfo, numNodes: number): number {
  const state = node.imageStates.get(normalizedImageName(image ?? ''))
  return state === undefined ? 0 : Math.trunc(state.size * (state.numNodes / numNodes))
}

function scoreOf(sum: number, numContainers: number): number {
  const maxThreshold = maxContainerThreshold * numContainers
  const bounded = Math.min(Math.max(sum, minThreshold), maxThreshold)
  return Math.trunc((maxNodeScore * (bounded - minThreshold)) / (maxThreshold - minThreshold))
}

/** Adds `:latest` to a name without a tag. */
function normalizedImageName(name: string): string {
  return name.lastIndexOf(':') <= name.lastIndexOf('/') ? `${name}:latest` : name
}
