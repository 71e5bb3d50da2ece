// Footprints of which equal ones are one, so that two are compared only once.

import type { Footprint } from '../../../engine/footprint.ts'

export class KnownFootprint {
  readonly number: number
  readonly footprint: Footprint
  private readonly independent: Map<number, boolean>

  constructor(number: number, footprint: Footprint) {
    this.number = number
    this.footprint = footprint
    this.independent = new Map()
  }

  isIndependentOf(other: unknown): boolean {
    const { number, footprint } = other as KnownFootprint
    const known = this.independent.get(number)
    if (known !== undefined) return known
    const answer = this.footprint.isIndependentOf(footprint)
    this.independent.set(number, answer)
    return answer
  }
}

export class Footprints {
  private readonly known = new Map<string, KnownFootprint>()

  of(footprint: Footprint): KnownFootprint {
    const { isFixed, reads, writes } = footprint
    const name = [isFixed, [...reads].sort().join(), [...writes].sort().join()].join(' ')
    const known = this.known.get(name)
    if (known !== undefined) return known
    const made = new KnownFootprint(this.known.size, footprint)
    this.known.set(name, made)
    return made
  }
}
