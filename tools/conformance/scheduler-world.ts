// What the scheduler sees while a recording is replayed: stored objects, cache, nominations.

import type { Pod } from '../../src/kube/generated/types.ts'
import { type KubeObject, keyOf } from '../../src/kube/object.ts'
import { SchedulerCache } from '../../src/scheduler/cache.ts'
import type { PodNominator, SchedulerListers } from '../../src/scheduler/framework.ts'
import type { ListedKinds } from '../../src/scheduler/listers.ts'
import { podInfoOf } from '../../src/scheduler/node-info.ts'
import { type Nomination, Nominator } from '../../src/scheduler/queue/nominator.ts'

export class SchedulerWorld {
  readonly cache = new SchedulerCache()
  private readonly objects = new Map<string, Map<string, KubeObject>>()
  private readonly sorted = new Map<string, readonly KubeObject[]>()
  private readonly nominations = new Nominator()
  nextStartNodeIndex = 0

  readonly listers: SchedulerListers = {
    get: (kind, key) => this.objects.get(kind)?.get(key) as never,
    list: <K extends keyof ListedKinds>(kind: K, namespace?: string) =>
      this.listOf(kind, namespace) as readonly ListedKinds[K][],
  }

  readonly nominator: PodNominator = {
    nodeNames: () => this.nominations.nodeNames(),
    nominatedPods: nodeName =>
      this.nominations.podsForNode(nodeName).flatMap(({ namespace, name }) => {
        const pod = this.pod(`${namespace}/${name}`)
        return pod === undefined ? [] : [podInfoOf(pod)]
      }),
  }

  pod(key: string): Pod | undefined {
    return this.objects.get('Pod')?.get(key)
  }

  get(kind: string, key: string): KubeObject | undefined {
    return this.objects.get(kind)?.get(key)
  }

  put(object: KubeObject): void {
    const { kind } = object
    const key = keyOf(object.metadata)
    const before = this.objects.get(kind)?.get(key)
    let ofKind = this.objects.get(kind)
    if (ofKind === undefined) {
      ofKind = new Map()
      this.objects.set(kind, ofKind)
    }
    ofKind.set(key, object)
    this.sorted.delete(kind)
    if (kind === 'Node') this.cache.setNode(object)
    if (kind === 'Pod') this.podChanged(before, object)
  }

  remove(kind: string, key: string): void {
    const before = this.objects.get(kind)?.get(key)
    if (before === undefined) return
    this.objects.get(kind)?.delete(key)
    this.sorted.delete(kind)
    if (kind === 'Node') this.cache.removeNode(key)
    if (kind !== 'Pod') return
    const { uid = '' } = before.metadata
    this.cache.removePod(uid)
    this.nominations.delete(uid)
  }

  /** As the queue does after a failed attempt. */
  nominate(pod: Pod, nomination: Nomination | undefined): void {
    this.nominations.add(pod, nomination, this.lookup)
  }

  private readonly lookup = (namespace: string, name: string): Pod | undefined =>
    this.pod(`${namespace}/${name}`)

  private podChanged(before: Pod | undefined, after: Pod): void {
    const { uid = '' } = after.metadata
    if ((after.spec?.nodeName ?? '') !== '') {
      this.nominations.delete(uid)
      this.cache.setPod(after)
    } else if (before === undefined) {
      this.nominations.add(after, undefined, this.lookup)
    } else {
      this.nominations.update(before, after, this.lookup)
    }
  }

  private listOf(kind: string, namespace: string | undefined): readonly KubeObject[] {
    let all = this.sorted.get(kind)
    if (all === undefined) {
      const entries = [...(this.objects.get(kind) ?? [])]
      all = entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object)
      this.sorted.set(kind, all)
    }
    return namespace === undefined
      ? all
      : all.filter(({ metadata }) => metadata.namespace === namespace)
  }
}
