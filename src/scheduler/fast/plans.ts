// What the engine keeps for each pod shape: classes and counters that the shape is tied to, as long
// as the services, owners and namespaces that decided about them stay as they are.

import { Diagnosis } from '../diagnosis.ts'
import type { EngineRequest } from '../engine.ts'
import type { Pod, PostFilterPlugin, PostFilterResult } from '../framework.ts'
import type { SchedulerListers } from '../listers.ts'
import type { Profile } from '../profile.ts'
import { newAttempt, runPreFilter } from '../runtime.ts'
import { snapshotOf } from '../snapshot.ts'
import { type AffinityPlan, affinityPlan, followHeldTerms } from './affinity-plan.ts'
import type { Cluster } from './cluster.ts'
import { ImageClass } from './image-classes.ts'
import { NodeClass } from './node-classes.ts'
import { type PodShape, PodShapes } from './pod-shape.ts'
import { Preemption } from './preemption.ts'
import { type Program, programOf } from './program.ts'
import { RequestClass } from './request-classes.ts'
import type { Search } from './search.ts'
import { type SpreadPlan, spreadPlan } from './spread-plan.ts'
import { WorthColumn } from './worth-column.ts'

/** One shape, ready to be asked about. */
export interface Plan {
  readonly shape: PodShape
  readonly nodeClass: NodeClass
  readonly request: RequestClass
  readonly images: ImageClass
  /** Shared by all shapes of these classes, and for this shape alone. */
  readonly column: WorthColumn
  readonly ownColumn: WorthColumn
  /** Undefined when a constraint is not valid. */
  spread: SpreadPlan | undefined
  affinity: AffinityPlan
  /** What the plans above were made from. */
  services: readonly unknown[]
  owner: unknown
  namespaces: readonly unknown[]
  namespace: unknown
  /** Required node affinity names nodes: PreFilter may restrict the walk. */
  readonly mayRestrict: boolean
}

const unread: readonly unknown[] = []

/** Everything the engine keeps for one profile. */
export class Plans {
  readonly program: Program
  readonly shapes: PodShapes
  readonly preemption: Preemption
  private readonly profile: Profile
  private readonly cluster: Cluster
  /** By the number of the shape. */
  private readonly byShape: (Plan | undefined)[] = []
  private readonly nodeClasses = new Map<string, NodeClass>()
  private readonly requests = new Map<string, RequestClass>()
  private readonly images = new Map<string, ImageClass>()
  private readonly columns = new Map<string, WorthColumn>()
  private readonly postFilters = new Map<string, PostFilterResult>()

  constructor(profile: Profile, search: Search) {
    this.profile = profile
    this.cluster = search.cluster
    this.program = programOf(profile)
    this.shapes = new PodShapes(search.cluster, profile.args)
    this.preemption = new Preemption(search)
  }

  /** What a PostFilter plugin says about every pod that has nothing for it; asked once. */
  postFilterOfPlain(plugin: PostFilterPlugin, request: EngineRequest, pod: Pod): PostFilterResult {
    return found(this.postFilters, plugin.name, () => {
      const cycle = newAttempt({ ...request, snapshot: snapshotOf([]) })
      const preFilter = this.profile.preFilter.filter(({ name }) => name === plugin.name)
      runPreFilter({ ...this.profile, preFilter }, cycle, pod)
      return plugin.postFilter(cycle, pod, new Diagnosis())
    })
  }

  planOf(shape: PodShape, request: EngineRequest): Plan {
    let plan = this.byShape[shape.id]
    if (plan === undefined) {
      plan = this.newPlan(shape, request)
      this.byShape[shape.id] = plan
    }
    this.revise(plan, request.listers)
    return plan
  }

  private newPlan(shape: PodShape, request: EngineRequest): Plan {
    const { pod } = shape
    const attempt = () => newAttempt({ ...request, snapshot: snapshotOf([]) })
    const required =
      pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
    const nodeClass = found(
      this.nodeClasses,
      shape.nodeClassKey,
      () => new NodeClass(this.profile, attempt(), pod),
    )
    const requests = found(
      this.requests,
      shape.requestKey,
      () => new RequestClass(this.profile, pod, attempt(), shape.requests),
    )
    const columnKey = `${shape.nodeClassKey}|${shape.requestKey}`
    return {
      shape,
      nodeClass,
      request: requests,
      column: found(this.columns, columnKey, () => new WorthColumn(nodeClass, requests)),
      ownColumn: new WorthColumn(nodeClass, requests),
      images: found(this.images, shape.imagesKey, () => new ImageClass(pod)),
      spread: undefined,
      affinity: affinityPlan(shape, this.context(request.listers)),
      services: unread,
      owner: unread,
      namespaces: request.listers.list('Namespace'),
      namespace: unread,
      mayRestrict:
        required?.nodeSelectorTerms?.some(({ matchFields = [] }) => matchFields.length > 0) ===
        true,
    }
  }

  private context(listers: SchedulerListers) {
    return { cluster: this.cluster, args: this.profile.args, listers }
  }

  /** Makes anew what depends on objects that changed. */
  private revise(plan: Plan, listers: SchedulerListers): void {
    const { shape } = plan
    const { namespace } = shape.info
    const isOwn = (shape.pod.spec?.topologySpreadConstraints ?? []).length > 0
    const services = isOwn ? unread : listers.list('Service', namespace)
    const owner =
      isOwn || shape.owner === undefined
        ? undefined
        : listers.get(shape.owner.kind, shape.owner.key)
    if (plan.owner !== owner || !sameItems(plan.services, services)) {
      plan.services = services
      plan.owner = owner
      plan.spread = spreadPlan(shape, this.context(listers))
    }
    const ownNamespace = listers.get('Namespace', namespace)
    const namespaces = this.selectsNamespaces(shape) ? listers.list('Namespace') : plan.namespaces
    if (plan.namespace !== ownNamespace || !sameItems(plan.namespaces, namespaces)) {
      plan.namespace = ownNamespace
      plan.namespaces = namespaces
      plan.affinity = affinityPlan(shape, this.context(listers))
    }
    followHeldTerms(plan.affinity, shape, this.context(listers))
  }

  private selectsNamespaces({ info }: PodShape): boolean {
    return (
      info.hasAffinity &&
      [
        ...info.requiredAffinityTerms,
        ...info.requiredAntiAffinityTerms,
        ...info.preferredAffinityTerms,
        ...info.preferredAntiAffinityTerms,
      ].some(term => term.hasNamespaceSelector)
    )
  }
}

function found<V>(map: Map<string, V>, key: string, create: () => V): V {
  let value = map.get(key)
  if (value === undefined) {
    value = create()
    map.set(key, value)
  }
  return value
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index += 1) if (a[index] !== b[index]) return false
  return true
}
