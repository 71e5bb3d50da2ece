// Merging an applied object into the stored one.
// Port of sigs.k8s.io/structured-merge-diff v6.3.3 typed/merge.go.

import { isArray, isObject } from '../patch/json.ts'
import { type Atom, atomOf, type Described } from './atoms.ts'
import { elementOf, grouped, isLeaf } from './typed.ts'

type ListAtom = Extract<Atom, { kind: 'list' }>

/** `live` with everything that `applied` says; undefined counts as absent. */
export function mergedTyped(place: Described, live: unknown, applied: unknown): unknown {
  if (applied === undefined) return live
  const atom = atomOf(place, applied === null ? live : applied)
  if (live === undefined && atom.kind === 'scalar') return applied
  if (isLeaf(atom, live, applied)) return applied
  if (atom.kind === 'map') return mergedMap(atom, live, applied)
  if (atom.kind === 'list') return mergedList(atom, live, applied)
  return applied
}

function mergedMap(atom: Extract<Atom, { kind: 'map' }>, live: unknown, applied: unknown): unknown {
  const [left, right] = [isObject(live) ? live : {}, isObject(applied) ? applied : {}]
  const merged: Record<string, unknown> = {}
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const { place } = atom.field(key)
    const value = mergedTyped(place, left[key], right[key])
    if (value !== undefined) merged[key] = value
  }
  return Object.keys(merged).length === 0 ? (applied ?? live) : merged
}

/** Items in the order of `applied`; items that only `live` has stay near where they were. */
function mergedList(atom: ListAtom, live: unknown, applied: unknown): unknown {
  const [left, right] = [isArray(live) ? live : [], isArray(applied) ? applied : []]
  const zip = new Zip(atom, left, right)
  const merged = zip.run()
  return merged.length === 0 ? (applied ?? live) : merged
}

class Zip {
  private readonly atom: ListAtom
  private readonly live: readonly unknown[]
  private readonly liveElements: readonly string[]
  private readonly appliedElements: readonly string[]
  private readonly liveItems: ReadonlyMap<string, unknown[]>
  private readonly appliedItems: ReadonlyMap<string, unknown[]>
  private readonly shared: string[]
  private readonly taken = new Set<string>()
  private readonly merged: unknown[] = []

  constructor(atom: ListAtom, live: readonly unknown[], applied: readonly unknown[]) {
    this.atom = atom
    this.live = live
    this.liveElements = live.map(item => elementOf(atom, item))
    this.appliedElements = applied.map(item => elementOf(atom, item))
    this.liveItems = grouped(atom, live)
    this.appliedItems = grouped(atom, applied)
    this.shared = this.appliedElements.filter(element => this.liveItems.has(element))
  }

  run(): readonly unknown[] {
    const { liveElements, appliedElements } = this
    let [left, right] = [0, 0]
    while (left < liveElements.length || right < appliedElements.length) {
      const own = liveElements[left]
      const next = appliedElements[right]
      if (own !== undefined && next !== undefined) {
        if (own === next) {
          this.take(next)
          this.shared.shift()
          left += 1
          right += 1
          continue
        }
        const wanted = this.shared[0]
        if (this.appliedItems.has(own) && wanted !== undefined && wanted !== own) {
          left += 1
          continue
        }
      }
      if (own !== undefined) {
        if (!this.appliedItems.has(own)) {
          this.push(this.live[left], undefined)
          left += 1
          continue
        }
        if (this.taken.has(own)) left += 1
      }
      if (next !== undefined) {
        this.take(next)
        right += 1
        if (this.shared[0] === next) this.shared.shift()
      }
    }
    return this.merged
  }

  /** An item of both; one that stands in `live` several times is replaced. */
  private take(element: string): void {
    this.taken.add(element)
    const own = this.liveItems.get(element) ?? []
    const [applied] = this.appliedItems.get(element) ?? []
    this.push(own.length === 1 ? own[0] : undefined, applied)
  }

  private push(live: unknown, applied: unknown): void {
    const value = mergedTyped(this.atom.element, live, applied)
    if (value !== undefined) this.merged.push(value)
  }
}
