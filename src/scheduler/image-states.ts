// Which nodes have which image. Upstream: pkg/scheduler/backend/cache/cache.go
// addNodeImageStates, removeNodeImageStates, v1.36.3.

import type { LayeredMap } from '../base/layered-map.ts'
import type { Node } from '../kube/generated/types.ts'
import type { ImageState } from './node-info.ts'

interface ImageNodes {
  /** As reported by the first node that had it. */
  readonly size: number
  readonly nodes: ReadonlySet<string>
}

export type ImageNodesByName = LayeredMap<ImageNodes>

export function addNodeImages(images: ImageNodesByName, node: Node): void {
  const nodeName = node.metadata.name ?? ''
  for (const { names = [], sizeBytes = 0 } of node.status?.images ?? []) {
    for (const name of names) {
      const state = images.get(name)
      if (state === undefined) images.set(name, { size: sizeBytes, nodes: new Set([nodeName]) })
      else images.set(name, { size: state.size, nodes: new Set([...state.nodes, nodeName]) })
    }
  }
}

export function removeNodeImages(images: ImageNodesByName, node: Node): void {
  const nodeName = node.metadata.name ?? ''
  for (const { names = [] } of node.status?.images ?? []) {
    for (const name of names) {
      const state = images.get(name)
      if (state === undefined) continue
      const nodes = new Set(state.nodes)
      nodes.delete(nodeName)
      if (nodes.size === 0) images.delete(name)
      else images.set(name, { size: state.size, nodes })
    }
  }
}

/** The images of one node with the number of nodes that have each at this moment. */
export function imageStatesOf(
  images: ImageNodesByName,
  node: Node,
): ReadonlyMap<string, ImageState> {
  const result = new Map<string, ImageState>()
  for (const { names = [] } of node.status?.images ?? []) {
    for (const name of names) {
      const state = images.get(name)
      if (state !== undefined) result.set(name, { size: state.size, numNodes: state.nodes.size })
    }
  }
  return result
}
