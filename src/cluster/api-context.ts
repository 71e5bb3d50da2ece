// The API server's view of a World: reads are live, writes go through the watch log.

import type { ApiContext, Via, Written } from '../apiserver/request.ts'
import { undoneTopic } from '../apiserver/undone.ts'
import { ownerIndex } from '../controllers/indexes.ts'
import { controllersWith } from '../controllers/registry.ts'
import { fnv1a32 } from '../base/hash.ts'
import type { Program, World } from '../engine/world.ts'
import type { KubeObject } from '../kube/object.ts'

/** Who stands for all clients outside the cluster: what it sends is checked in full. */
export const installer = 'kubectl'

const contexts = new WeakMap<World, Map<string, ApiContext>>()

/** The context of the requests of `writer`, made once as each of them asks for it. */
export function apiContext(world: World, writer: string): ApiContext {
  let ofWorld = contexts.get(world)
  if (ofWorld === undefined) {
    ofWorld = new Map()
    contexts.set(world, ofWorld)
  }
  let context = ofWorld.get(writer)
  if (context === undefined) {
    context = newContext(world, writer)
    ofWorld.set(writer, context)
  }
  return context
}

function newContext(world: World, writer: string): ApiContext {
  return {
    trusted: !isOutside(world.program, writer),
    get nowMs() {
      return world.nowMs
    },
    get: (kind, key) => {
      world.footprint?.read(`${kind}/${key}`)
      return world.store.get(kind, key)
    },
    list: (kind, namespace) => {
      world.footprint?.read(kind)
      return world.store.list(kind, namespace)
    },
    dependents: uid => {
      world.footprint?.read(`owned/${uid}`)
      return dependentsOf(world, uid)
    },
    nextRevision: () => world.store.revision + 1,
    put: (kind, key, object, via) => world.write(kind, key, object, writer, via),
    history: (kind, key) => {
      const { footprint } = world
      if (footprint !== undefined) footprint.isPathBound = true
      return historyOf(world, kind, key)
    },
    remove: (kind, key) => world.write(kind, key, undefined, writer),
    newUid: object => newUid(world, object),
    randomBelow: (bound, of) =>
      world.randomBelow(bound, world.isOrderFree ? `generate-name/${of}` : 'generate-name'),
    note: (topic, data) =>
      world.note(
        'kube-apiserver',
        topic,
        topic === undoneTopic ? { ...(data as object), writer } : data,
      ),
  }
}

/** Components of Kubernetes; any other actor of a program is an operator. */
const ownActors: ReadonlySet<string> = new Set([
  'default-scheduler',
  'kube-controller-manager',
  'kubelet',
])

const outsiders = new WeakMap<Program, ReadonlySet<string>>()

/** Clients and operators write JSON of any version and shape; what they send is checked in full. */
function isOutside(program: Program, writer: string): boolean {
  let known = outsiders.get(program)
  if (known === undefined) {
    const names = program.actors.map(({ name }) => name).filter(name => !ownActors.has(name))
    known = new Set([installer, ...names])
    outsiders.set(program, known)
  }
  return known.has(writer)
}

function dependentsOf(world: World, uid: string): readonly { kind: string; object: KubeObject }[] {
  const { store } = world
  return store
    .kinds()
    .flatMap(kind => store.indexed(kind, ownerIndex.name, uid).map(object => ({ kind, object })))
}

/** Every write of one object: only asked for where somebody applies on the server. */
function historyOf(world: World, kind: string, key: string): readonly Written[] {
  const { store } = world
  const writes: Written[] = []
  for (let index = 0; index < store.logLength(kind); index += 1) {
    const change = store.logAt(kind, index)
    if (change.key !== key) continue
    const { before, after, atMs } = change
    const write = { before, after, atMs, manager: managerName(change.writer) }
    writes.push({ ...write, ...(change.via as Via | undefined) })
  }
  return writes
}

const builtIn = new Set(controllersWith().map(({ name }) => name))

/** The program that a writer belongs to: it is what signs requests. */
function managerName(writer: string): string {
  if (writer === 'default-scheduler') return 'kube-scheduler'
  return builtIn.has(writer) ? 'kube-controller-manager' : writer
}

/** Counts all objects, or where orders are explored those of one owner, kind and namespace. */
function newUid(world: World, { kind, metadata }: KubeObject): string {
  if (!world.isOrderFree) return uidOf(world.options.schedule.seed, world.nextCount('uid'))
  const { namespace = '', name = '', ownerReferences } = metadata
  const stream = `${kind}/${ownerReferences?.[0]?.uid ?? `${namespace}/${name}`}`
  return uidOf(fnv1a32(stream), world.nextCount(`uid/${stream}`))
}

/** A UUID-shaped id that counts: unique in a run, equal in equal runs. */
function uidOf(seed: number, count: number): string {
  const hex = (value: number, digits: number): string =>
    (value >>> 0).toString(16).padStart(digits, '0').slice(-digits)
  return `${hex(seed, 8)}-0000-4000-8000-${hex(Math.floor(count / 2 ** 32), 4)}${hex(count, 8)}`
}
