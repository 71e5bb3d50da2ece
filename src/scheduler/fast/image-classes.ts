// ImageLocality for all pods with the same images: an entry is computed when a walk meets a node
// whose images changed since. Upstream: imagelocality/image_locality.go, v1.36.3.

import type { Pod } from '../framework.ts'
import type { NodeInfo } from '../node-info.ts'
import { type ImageContext, imageLocalityScore } from '../plugins/image-locality.ts'
import { grown } from './interning.ts'
import type { NodeColumns } from './node-columns.ts'

export class ImageClass {
  private readonly pod: Pod
  private context: ImageContext | undefined
  private stamps = new Uint32Array(0)
  private values = new Int32Array(0)

  constructor(pod: Pod) {
    this.pod = pod
  }

  /** Everything is out of date when the number of nodes changed. */
  fitTo({ capacity }: NodeColumns, context: ImageContext): void {
    if (this.context?.numNodes !== context.numNodes) this.stamps.fill(0)
    this.context = context
    if (this.stamps.length >= capacity) return
    this.stamps = grown(this.stamps, capacity)
    this.values = grown(this.values, capacity)
  }

  score(slot: number, nodes: NodeColumns): number {
    const generation = nodes.imageGeneration[slot] as number
    if (this.stamps[slot] === generation) return this.values[slot] as number
    const info = nodes.infos[slot] as NodeInfo
    const value = imageLocalityScore(this.pod, info, this.context as ImageContext)
    this.values[slot] = value
    this.stamps[slot] = generation
    return value
  }
}
