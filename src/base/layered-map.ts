// A map from strings whose forks share everything and then cost what each side changes: a base that
// nobody writes, and a layer of changes of its own. For lookups only; it has no order.

/** A layer larger than this share of its base is merged into a base of its own. */
const layerShare = 4
const layerMin = 64

export class LayeredMap<V> {
  private base: Map<string, V> = new Map()
  /** Undefined values are deleted keys. Absent while nobody shares the base. */
  private layer: Map<string, V | undefined> | undefined
  private layerIsShared = false

  /** An independent copy: neither side ever sees the other's later writes. */
  fork(): LayeredMap<V> {
    const copy = new LayeredMap<V>()
    this.layer ??= new Map()
    this.layerIsShared = true
    copy.base = this.base
    copy.layer = this.layer
    copy.layerIsShared = true
    return copy
  }

  get(key: string): V | undefined {
    const { layer } = this
    if (layer === undefined || layer.size === 0) return this.base.get(key)
    const value = layer.get(key)
    if (value !== undefined) return value
    return layer.has(key) ? undefined : this.base.get(key)
  }

  has(key: string): boolean {
    return this.get(key) !== undefined
  }

  /** Every key with its value, in no particular order. */
  entries(): [string, V][] {
    const all = new Map<string, V | undefined>(this.base)
    for (const [key, value] of this.layer ?? []) all.set(key, value)
    return [...all].filter((entry): entry is [string, V] => entry[1] !== undefined)
  }

  set(key: string, value: V): void {
    if (this.layer === undefined) this.base.set(key, value)
    else this.ownLayer().set(key, value)
  }

  delete(key: string): void {
    if (this.layer === undefined) this.base.delete(key)
    else this.ownLayer().set(key, undefined)
  }

  private ownLayer(): Map<string, V | undefined> {
    let layer = this.layer ?? new Map<string, V | undefined>()
    if (layer.size > Math.max(layerMin, this.base.size / layerShare)) return this.merged(layer)
    if (this.layerIsShared) {
      layer = new Map(layer)
      this.layer = layer
      this.layerIsShared = false
    }
    return layer
  }

  /** A base of one's own: the layer is empty again, and stays, as others may know the old base. */
  private merged(layer: ReadonlyMap<string, V | undefined>): Map<string, V | undefined> {
    const base = new Map(this.base)
    for (const [key, value] of layer) {
      if (value === undefined) base.delete(key)
      else base.set(key, value)
    }
    this.base = base
    this.layer = new Map()
    this.layerIsShared = false
    return this.layer
  }
}
