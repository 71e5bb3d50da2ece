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
    this.write(key, value)
  }

  delete(key: string): void {
    this.write(key, undefined)
  }

  private write(key: string, value: V | undefined): void {
    if (this.layer !== undefined && this.layer.size > this.layerMax()) this.merge()
    if (this.layer !== undefined) this.ownLayer(this.layer).set(key, value)
    else if (value === undefined) this.base.delete(key)
    else this.base.set(key, value)
  }

  private layerMax(): number {
    return Math.max(layerMin, this.base.size / layerShare)
  }

  private ownLayer(layer: Map<string, V | undefined>): Map<string, V | undefined> {
    if (!this.layerIsShared) return layer
    const own = new Map(layer)
    this.layer = own
    this.layerIsShared = false
    return own
  }

  /** A base of one's own, and no layer until the next fork. */
  private merge(): void {
    const base = new Map(this.base)
    for (const [key, value] of this.layer ?? []) {
      if (value === undefined) base.delete(key)
      else base.set(key, value)
    }
    this.base = base
    this.layer = undefined
    this.layerIsShared = false
  }
}
