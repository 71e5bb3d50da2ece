// ImageLocality prefers nodes that already have the pod's images.
// Upstream: pkg/scheduler/framework/plugins/imagelocality, v1.36.3.

import type { Pod } from '../../kube/generated/types.ts'
import type { SchedulerFeatures } from '../features.ts'
import { maxNodeScore, type NodeInfo, type ScorePlugin } from '../framework.ts'

const mebibyte = 1024 * 1024
const minThreshold = 23 * mebibyte
const maxContainerThreshold = 1000 * mebibyte

export const imageLocality = {
  name: 'ImageLocality',
  doc: 'Scores nodes by the size of the wanted images they have, weighed by how common each is.',
  score: (cycle, pod, node) => {
    const { features, snapshot } = cycle.handle
    return imageLocalityScore(pod, node, { features, numNodes: snapshot.nodes.length })
  },
} satisfies ScorePlugin

/** What the score reads besides pod and node. */
export interface ImageContext {
  readonly features: SchedulerFeatures
  readonly numNodes: number
}

/** 0 to 100: how much of the pod's images the node has already. */
export function imageLocalityScore(
  pod: Pod,
  node: NodeInfo,
  { features, numNodes }: ImageContext,
): number {
  if (node.imageStates.size === 0) return 0
  const { containers = [], initContainers = [] } = pod.spec ?? {}
  const images = features.scoresImageVolumes ? imagesWithVolumes(pod) : imagesOf(pod)
  const sum = sumImageScores(images, node, numNodes)
  return scoreOf(sum, containers.length + initContainers.length)
}

function imagesOf(pod: Pod): readonly string[] {
  const { containers = [], initContainers = [] } = pod.spec ?? {}
  return [...initContainers, ...containers].map(({ image }) => normalizedImageName(image ?? ''))
}

function imagesWithVolumes(pod: Pod): readonly string[] {
  const images = [...imagesOf(pod)]
  for (const { image } of pod.spec?.volumes ?? []) {
    if (image !== undefined) images.push(normalizedImageName(image.reference ?? ''))
  }
  return images
}

function sumImageScores(images: readonly string[], node: NodeInfo, numNodes: number): number {
  let sum = 0
  for (const image of images) sum += imageScore(image, node, numNodes)
  return sum
}

/** The size, scaled by the share of nodes that have the image, against piling up on one node. */
function imageScore(image: string, node: NodeInfo, numNodes: number): number {
  const state = node.imageStates.get(image)
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
