// Counts of pods that a selector matches, kept while pods come and go. A selector is asked once for
// each distinct (namespace, labels), never for each pod.

import type { PodInfo } from '../node-info.ts'
import type { Counter } from './domains.ts'

/** Pods that no selector can tell apart. */
export class LabelClass {
  readonly id: number
  /** Stands for all pods of the class where one is asked about. */
  readonly sample: PodInfo
  /** Pods of the class on each node slot that has any. */
  readonly bySlot = new Map<number, number>()
  /** Sets that contain the class. */
  readonly sets: PodSet[] = []

  constructor(id: number, sample: PodInfo) {
    this.id = id
    this.sample = sample
  }

  add(slot: number, delta: number): void {
    const count = (this.bySlot.get(slot) ?? 0) + delta
    if (count === 0) this.bySlot.delete(slot)
    else this.bySlot.set(slot, count)
    for (const set of this.sets) for (const counter of set.counters) counter.add(slot, delta)
  }

  /** Counts for affinity only: what a trial changes and takes back. */
  addForAffinity(slot: number, delta: number): void {
    for (const set of this.sets) {
      if (set.isForAffinity) for (const counter of set.counters) counter.add(slot, delta)
    }
  }
}

/** The pods that a selector matches. */
export class PodSet {
  readonly matches: (pod: PodInfo) => boolean
  /** Affinity counts terminating pods, spreading does not. */
  readonly isForAffinity: boolean
  readonly counters: Counter[] = []
  readonly classes: LabelClass[] = []

  constructor(matches: (pod: PodInfo) => boolean, isForAffinity: boolean) {
    this.matches = matches
    this.isForAffinity = isForAffinity
  }
}

/** All label classes and all sets that anything asked for. */
export class PodSets {
  private readonly classes: LabelClass[] = []
  private readonly classByText = new Map<string, LabelClass>()
  private readonly textByLabels = new WeakMap<object, string>()
  /** The class that a labels object was last seen in: pods of one template share the object. */
  private readonly classByLabels = new WeakMap<object, LabelClass>()
  private readonly sets = new Map<string, PodSet>()

  get numClasses(): number {
    return this.classes.length
  }

  classOf(pod: PodInfo): LabelClass {
    const last = this.classByLabels.get(pod.labels)
    if (
      last !== undefined &&
      last.sample.namespace === pod.namespace &&
      last.sample.isTerminating === pod.isTerminating
    ) {
      return last
    }
    const found = this.classByName(pod)
    this.classByLabels.set(pod.labels, found)
    return found
  }

  private classByName(pod: PodInfo): LabelClass {
    const terminating = pod.isTerminating ? 't' : ''
    const text = `${pod.namespace}\0${terminating}\0${this.labelsText(pod.labels)}`
    let found = this.classByText.get(text)
    if (found === undefined) {
      found = new LabelClass(this.classes.length + 1, pod)
      this.classes.push(found)
      this.classByText.set(text, found)
      for (const set of this.sets.values()) if (set.matches(pod)) join(set, found)
    }
    return found
  }

  /** The set of this name, which is made by `create` when it is new. */
  setOf(name: string, create: () => PodSet): PodSet {
    let set = this.sets.get(name)
    if (set === undefined) {
      set = create()
      this.sets.set(name, set)
      for (const one of this.classes) if (set.matches(one.sample)) join(set, one)
    }
    return set
  }

  /** Counts by the domains of the counter's map, of all pods there are and will be. */
  attach(set: PodSet, counter: Counter): void {
    for (const { bySlot } of set.classes) {
      for (const [slot, count] of bySlot) counter.add(slot, count)
    }
    set.counters.push(counter)
  }

  private labelsText(labels: Readonly<Record<string, string>>): string {
    let text = this.textByLabels.get(labels)
    if (text === undefined) {
      text = JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))
      this.textByLabels.set(labels, text)
    }
    return text
  }
}

function join(set: PodSet, one: LabelClass): void {
  set.classes.push(one)
  one.sets.push(set)
}
