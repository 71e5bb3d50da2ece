// Lists of custom resources that are sets or maps: their order does not count for `==`, and `+`
// merges. Upstream: k8s.io/apiserver v0.36.3 pkg/cel/common/valuesunstructured.go.

import type { CelError, Value } from './values.ts'

/** Compares members; given by equality.ts, which knows all values. */
type Same = (a: Value, b: Value) => boolean | CelError

export abstract class SpecialList extends Array<Value> {
  static override get [Symbol.species](): ArrayConstructor {
    return Array
  }

  abstract sameAs(other: readonly Value[], same: Same): boolean | CelError
  abstract plus(other: readonly Value[], same: Same): readonly Value[]
}

function filled<List extends SpecialList>(list: List, members: readonly Value[]): List {
  for (const each of members) list.push(each)
  return list
}

/** A list whose members are unique. */
export class SetList extends SpecialList {
  override sameAs(other: readonly Value[], same: Same): boolean {
    if (other.length !== this.length) return false
    return other.every(each => this.some(own => same(own, each) === true))
  }

  override plus(other: readonly Value[], same: Same): readonly Value[] {
    const merged = setList(this)
    for (const each of other) {
      if (!merged.some(own => same(own, each) === true)) merged.push(each)
    }
    return merged
  }
}

export function setList(members: readonly Value[]): SetList {
  return filled(new SetList(), members)
}

/** The value that tells a member from others. */
export type Identity = (item: Value) => Value

/** A list whose members are told by their keys. */
export class KeyedList extends SpecialList {
  identity: Identity = item => item

  private indexOfSame(item: Value, same: Same): number {
    const wanted = this.identity(item)
    return this.findIndex(own => same(this.identity(own), wanted) === true)
  }

  override sameAs(other: readonly Value[], same: Same): boolean | CelError {
    if (other.length !== this.length) return false
    for (const each of other) {
      const own = this[this.indexOfSame(each, same)]
      if (own === undefined) return false
      const equals = same(own, each)
      if (equals !== true) return equals
    }
    return true
  }

  override plus(other: readonly Value[], same: Same): readonly Value[] {
    const merged = keyedList(this, this.identity)
    for (const each of other) {
      const at = merged.indexOfSame(each, same)
      if (at < 0) merged.push(each)
      else merged[at] = each
    }
    return merged
  }
}

export function keyedList(members: readonly Value[], identity: Identity): KeyedList {
  const list = new KeyedList()
  list.identity = identity
  return filled(list, members)
}
