// Objects that the scheduler has just written and that its informer does not show yet.
// Upstream: pkg/scheduler/util/assumecache/assume_cache.go and
// plugins/volumebinding/passive_assume_cache.go, v1.36.3.

import { SortedMap } from '../base/sorted-map.ts'
import { type KubeObject, keyOf } from '../kube/object.ts'

interface Assumed {
  readonly kind: string
  readonly object: KubeObject
  /** The version that the informer showed when the object was assumed; empty for a new object. */
  readonly basedOn: string
}

/** Covers the informer until it shows anything newer than what was there at the time. */
export class AssumedObjects {
  /** By `kind/key`. */
  private entries = new SortedMap<Assumed>()

  fork(): AssumedObjects {
    const copy = new AssumedObjects()
    copy.entries = this.entries.fork()
    return copy
  }

  /** Everything that is covered at present. */
  all(): readonly unknown[] {
    return this.entries.values().map(({ kind, object }) => ({ kind, object }))
  }

  /** `stored` is what the informer shows now. */
  assume(object: KubeObject, stored: KubeObject | undefined): void {
    const { kind } = object
    this.entries.set(`${kind}/${keyOf(object.metadata)}`, {
      kind,
      object,
      basedOn: versionOf(stored),
    })
  }

  /** The informer shows a new version of an object, or that it is gone. */
  observe(kind: string, key: string, after: KubeObject | undefined): void {
    if (this.entries.size === 0) return
    const entry = this.entries.get(`${kind}/${key}`)
    if (entry === undefined || versionOf(after) === entry.basedOn) return
    this.entries.delete(`${kind}/${key}`)
  }

  /** What plugins are to see of an object. */
  get(kind: string, key: string, stored: KubeObject | undefined): KubeObject | undefined {
    if (this.entries.size === 0) return stored
    const entry = this.entries.get(`${kind}/${key}`)
    return entry !== undefined && versionOf(stored) === entry.basedOn ? entry.object : stored
  }

  /** What plugins are to see of a list that is ordered by key. */
  list(
    kind: string,
    namespace: string | undefined,
    stored: readonly KubeObject[],
  ): readonly KubeObject[] {
    const entries = this.entries.withPrefix(`${kind}/`)
    if (entries.length === 0) return stored
    const byKey = new SortedMap<KubeObject>()
    for (const object of stored) byKey.set(keyOf(object.metadata), object)
    for (const { object, basedOn } of entries) {
      if (namespace !== undefined && object.metadata.namespace !== namespace) continue
      const key = keyOf(object.metadata)
      if (versionOf(byKey.get(key)) === basedOn) byKey.set(key, object)
    }
    return byKey.values()
  }
}

function versionOf(object: KubeObject | undefined): string {
  return object?.metadata.resourceVersion ?? ''
}
