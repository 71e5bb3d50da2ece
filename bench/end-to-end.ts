// Pods per second from creation to binding: the object is created through the API server with its
// admission, queued, decided, assumed, bound, logged, and delivered to the scheduler and seven more
// informers. No kubelets and controllers, which would add writes of their own.

import { admissionPluginsWith } from '../src/admission/registry.ts'
import { gatesOf } from '../src/kube/feature-gates.ts'
import { serveWith } from '../src/cluster/serve.ts'
import { epochMsDefault, latencyMsDefault, request } from '../src/cluster/cluster.ts'
import { indexes } from '../src/controllers/indexes.ts'
import type { Actor, Forkable } from '../src/engine/actor.ts'
import { defaultSchedule } from '../src/engine/schedule.ts'
import { World } from '../src/engine/world.ts'
import { kindKeyOf } from '../src/kube/kinds.ts'
import { type KubeObject, keyOf } from '../src/kube/object.ts'
import type { Pod } from '../src/kube/generated/types.ts'
import { scheduler } from '../src/scheduler/actor.ts'
import { defaultProfile } from '../src/scheduler/configuration.ts'
import { featuresOf } from '../src/scheduler/features.ts'
import { nodeOf, type Workload } from './scheduler-workloads.ts'

const informers = 7

/** An informer that keeps nothing but the number of changes it saw. */
class Seen implements Forkable {
  count = 0

  fork(): this {
    const copy = new Seen()
    copy.count = this.count
    return copy as this
  }
}

function informer(index: number): Actor<Seen> {
  return {
    name: `informer-${index}`,
    watches: ['Node', 'Pod'],
    start: () => new Seen(),
    deliver: (_turn, state, changes) => {
      state.count += changes.length
    },
    wake: () => {},
  }
}

function worldOf(workload: Workload, nodes: number): World {
  const program = {
    actors: [
      scheduler({ profiles: [defaultProfile('1.36')], features: featuresOf('1.36') }),
      ...Array.from({ length: informers }, (_, index) => informer(index)),
    ],
    indexes,
    serve: serveWith(admissionPluginsWith({ gates: gatesOf(36) })),
  }
  const options = {
    epochMs: epochMsDefault,
    schedule: defaultSchedule,
    latencyMs: latencyMsDefault,
  }
  const world = World.create(program, options)
  for (const object of workload.objects ?? []) put(world, object)
  for (let index = 0; index < nodes; index += 1) {
    put(world, nodeOf(index, workload.zones) as KubeObject)
  }
  settle(world)
  return world
}

/** Past admission, which would taint a node until its kubelet says that it is ready. */
function put(world: World, object: KubeObject): void {
  world.write(kindKeyOf(object), keyOf(object.metadata), object, 'bench')
}

/** As a controller creates pods: each has the spec of its template. */
function create(world: World, object: KubeObject): void {
  const response = request(world, { verb: 'create', object }, 'replicaset-controller')
  if (!response.ok) throw new Error(`${object.metadata.name}: ${response.status.message}`)
}

function settle(world: World): void {
  world.run({ untilMs: world.nowMs + 1000, stepsMax: 1e9 })
}

/** Pods that are created together, as a controller or an installer does. */
const together = 500

/** Creates and binds the pods of a workload; answers how many processor seconds that took. */
export function secondsToBind(
  workload: Workload,
  nodes: number,
  processorSeconds: () => number,
): number {
  const world = worldOf(workload, nodes)
  bindAll(world, workload.initTemplates, { prefix: 'init', count: workload.initPods })
  const began = processorSeconds()
  bindAll(world, workload.templates, { prefix: 'pod', count: workload.pods })
  const seconds = processorSeconds() - began
  const pods = world.store.list('Pod') as readonly Pod[]
  const bound = pods.filter(({ spec }) => (spec?.nodeName ?? '') !== '').length
  const wanted = (workload.initTemplates.length === 0 ? 0 : workload.initPods) + workload.pods
  if (bound !== wanted) throw new Error(`${workload.name}: ${bound} of ${wanted} pods are bound`)
  return seconds
}

function bindAll(
  world: World,
  templates: readonly Pod[],
  { prefix, count }: { readonly prefix: string; readonly count: number },
): void {
  if (templates.length === 0) return
  for (let index = 0; index < count; index += 1) {
    const template = templates[index % templates.length] as Pod
    const metadata = { ...template.metadata, name: `${prefix}-${index}` }
    create(world, { ...template, metadata } as KubeObject)
    if (index % together === together - 1) settle(world)
  }
  settle(world)
}
