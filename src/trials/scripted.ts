// Runs a trial that its user wrote: steps one after the other on one World, then what it expects.

import type { Checked, Location, Problem } from '../base/problem.ts'
import { assertNever } from '../base/assert.ts'
import { nearest } from '../base/nearest.ts'
import { refText } from '../checks/life.ts'
import { judge } from '../checks/registry.ts'
import { brokenProperties } from '../checks/property.ts'
import { type Fault, type FaultArgs, inapplicable } from '../faults/fault.ts'
import { faults } from '../faults/registry.ts'
import type { Strike, World } from '../engine/world.ts'
import {
  pathAdvice,
  pathFault,
  type PathPart,
  pathParts,
  setAt,
  valueAt,
} from '../kube/field-path.ts'
import { kindKey } from '../kube/kinds.ts'
import { keyFrom, type KubeObject, type ObjectRef } from '../kube/object.ts'
import { nodeNameIndex, ownerIndex } from '../controllers/indexes.ts'
import { request } from '../cluster/cluster.ts'
import { loseMachines, regainMachines } from './control-plane.ts'
import { cordon, drain } from './drain.ts'
import { aimless } from './properties.ts'
import type { GateResult } from './gates.ts'
import { applyAll, finishInstall, gateVerdicts, workloadKinds } from './install.ts'
import { emptyWorld, type Platform, type PlatformObject } from './platform.ts'
import { startServer } from './server-start.ts'
import { strikeNow } from './strike.ts'
import type {
  DeleteStep,
  FaultStep,
  ObjectPath,
  Placed,
  PodOf,
  RestartTarget,
  SetStep,
  TrialSpec,
  TrialStep,
} from './spec.ts'
import type { TrialResult } from './trial.ts'
import { upgradeAll } from './upgrade.ts'
import { refOf, targetOf, type UnderWay, Voyage } from './voyage.ts'

/** Reads the objects of files that a step names; the sources tier provides it. */
export type ReadObjects = (files: readonly string[]) => {
  readonly objects: readonly PlatformObject[]
  readonly problems: readonly Problem[]
}

export interface ScriptedRun {
  readonly result: TrialResult
  readonly problems: readonly Problem[]
}

export interface ScriptOptions {
  readonly underWay?: UnderWay
  /** What may strike at a moment of the schedule's choice. */
  readonly strikes?: readonly Strike[]
}

interface Script {
  readonly platform: Platform
  readonly voyage: Voyage
  readonly read: ReadObjects
  readonly gates: GateResult[]
  readonly problems: Problem[]
}

/** Runs every step of the trial; a step that cannot be taken is a Problem and is left out. */
export function runScript(
  spec: TrialSpec,
  platform: Platform,
  read: ReadObjects,
  { underWay, strikes }: ScriptOptions = {},
): ScriptedRun {
  const world = emptyWorld(platform, appliedLater(spec, read))
  if (strikes !== undefined) world.arm(strikes)
  const voyage = new Voyage(world, { etcdHosts: platform.etcdHosts, underWay })
  const script: Script = { platform, voyage, read, gates: [], problems: [] }
  for (const step of spec.steps) take(script, step)
  const observation = voyage.observation()
  const run = {
    observation,
    verdicts: [
      ...judge(observation),
      ...gateVerdicts(script.gates, observation.startMs),
      ...brokenProperties(observation, spec.properties),
    ],
    gates: script.gates,
    exhausted: voyage.exhausted,
  }
  const problems = [...script.problems, ...aimless(spec.properties, world)]
  return { result: { trial: spec.name, runs: [run] }, problems }
}

/** What the steps bring along: their operators take part from the beginning. */
function appliedLater({ steps }: TrialSpec, read: ReadObjects): readonly KubeObject[] {
  const files = steps.flatMap(step => ('apply' in step ? step.apply.files : []))
  return files.length === 0 ? [] : read(files).objects.map(({ object }) => object)
}

function take(script: Script, step: TrialStep & Placed): void {
  const { voyage, platform, location: at } = { ...script, location: step.location }
  if ('install' in step) {
    const startMs = voyage.world.nowMs
    applyAll(voyage, platform)
    const settleMs = step.install.timeoutMs
    script.gates.push(...finishInstall(voyage, platform, { startMs, settleMs }))
  } else if ('restart' in step) restart(script, step.restart, at)
  else if ('set' in step) set(script, step.set, at)
  else if ('apply' in step) applyFiles(script, step.apply, at)
  else if ('delete' in step) remove(script, step.delete, at)
  else if ('scale' in step) scale(script, step.scale, at)
  else if ('fault' in step) strike(script, step.fault, at)
  else if ('drain' in step) {
    const { drain: options } = step
    onNode(script, options, at, (on, node) => drain(on, node, options))
  } else if ('cordon' in step) onNode(script, step.cordon, at, cordon)
  else if ('uncordon' in step) onNode(script, step.uncordon, at, uncordon)
  else if ('upgrade' in step) upgradeAll(voyage, platform)
  else if ('wait' in step) voyage.wait(step.wait.forMs)
  else assertNever(step)
}

/** Does something to a node, if there is one of that name. */
function onNode(
  script: Script,
  { node }: { readonly node: string },
  location: Location,
  act: (voyage: Voyage, node: string) => unknown,
): void {
  if (lookUp(script, { kind: 'Node', name: node }, location) !== undefined) act(script.voyage, node)
}

function uncordon(voyage: Voyage, node: string): void {
  cordon(voyage, node, false)
}

/** Reads `Deployment/argocd/web` or `Node/n1`. */
export function parseObjectPath(path: ObjectPath): ObjectRef {
  const [kind = '', first = '', second] = path.split('/')
  return second === undefined ? { kind, name: first } : { kind, namespace: first, name: second }
}

function lookUp(script: Script, ref: ObjectRef, location: Location): KubeObject | undefined {
  const { store } = script.voyage.world
  const object = objectAtPath(store, ref)
  if (object === undefined) {
    const near = nearest(refText(ref), namesLike(store, ref))
    script.problems.push({
      code: 'ST0322',
      severity: 'error',
      location,
      object: refText(ref),
      what: `there is no ${refText(ref)} at this step`,
      why: 'it is in none of the sources, or an earlier step removed it',
      todo:
        near === undefined
          ? 'check kind, namespace and name: Kind/namespace/name, or Kind/name for cluster scope'
          : `did you mean ${near}?`,
    })
  }
  return object
}

/** Names of what is there in that kind; of other kinds in that namespace when there is none. */
function namesLike(store: World['store'], { kind, namespace }: ObjectRef): readonly string[] {
  const same = store.list(kind)
  const others = same.length > 0 ? [] : workloadKinds.flatMap(each => store.list(each, namespace))
  return [...same, ...others].map(object => refText(refOf(object)))
}

/** The object of that path; a custom kind goes without its group. */
export function objectAtPath(store: World['store'], ref: ObjectRef): KubeObject | undefined {
  const { kind, namespace, name } = ref
  const key = keyFrom(namespace, name)
  const direct = store.get(kind, key)
  if (direct !== undefined) return direct
  const custom = store.kinds().find(known => known.startsWith(`${kind}.`))
  return custom === undefined ? undefined : store.get(custom, key)
}

function restart(script: Script, target: RestartTarget, location: Location): void {
  const { voyage } = script
  if ('all' in target) {
    for (const kind of workloadKinds) {
      for (const object of voyage.world.store.list(kind)) voyage.restart(object)
    }
  } else {
    const object = lookUp(script, target, location)
    if (object !== undefined) voyage.restart(object)
  }
  voyage.settle()
}

function set(script: Script, step: SetStep, location: Location): void {
  const { object: path, path: field, value, everyMs } = step
  const object = lookUp(script, parseObjectPath(path), location)
  if (object === undefined) return
  const fault = pathFault(object, field)
  if (fault !== undefined) {
    script.problems.push({
      code: 'ST0324',
      severity: 'error',
      location,
      object: refText(refOf(object)),
      what: fault.what,
      why: 'setting a field that does not exist would change nothing',
      todo: pathAdvice(fault),
    })
    return
  }
  write(script.voyage, object, { field, value })
  if (everyMs === undefined) script.voyage.settle()
  else insist(script.voyage, { ...step, everyMs })
}

/** Sets one field; one of the status through the status subresource, as tools do that resume. */
function write(
  voyage: Voyage,
  object: KubeObject,
  { field, value }: { readonly field: string; readonly value: unknown },
): void {
  const parts = pathParts(field)
  const patch = patchOf(object, parts, value)
  voyage.patch(object, patch, parts[0] === 'status' ? 'status' : undefined)
}

/** So many writes of one step at most: the bound of a voyage. */
const insistencesMax = 10_000

/** Writes a field again and again, whenever its time comes. */
function insist(
  voyage: Voyage,
  { object: path, path: field, value, everyMs, forMs = Infinity }: SetStep & { everyMs: number },
): void {
  const startMs = voyage.world.nowMs
  const again = (count: number): void => {
    const atMs = startMs + count * everyMs
    if (atMs > startMs + forMs || count > insistencesMax) return
    voyage.later(atMs, () => {
      const ref = parseObjectPath(path)
      const { store } = voyage.world
      const object = objectAtPath(store, ref)
      if (object !== undefined) write(voyage, object, { field, value })
      again(count + 1)
    })
  }
  again(1)
}

/** A merge patch that sets one field; it replaces a list as a whole, so the other items go along. */
function patchOf(object: KubeObject, parts: readonly PathPart[], value: unknown): unknown {
  const list = parts.findIndex(part => typeof part === 'number')
  if (list < 0) return nested(parts, value)
  const path = parts.slice(0, list)
  return nested(path, setAt(valueAt(object, path), parts.slice(list), value))
}

function nested(parts: readonly PathPart[], value: unknown): unknown {
  return parts.reduceRight<unknown>((inner, part) => ({ [part]: inner }), value)
}

function applyFiles(
  { voyage, read, problems }: Script,
  { files, by }: { readonly files: readonly string[]; readonly by: 'k3s' | 'kubectl' },
  location: Location,
): void {
  const loaded = read(files)
  problems.push(...loaded.problems)
  if (by === 'k3s') {
    const found = startServer(voyage, loaded.objects)
    problems.push(...found.map(problem => ({ ...problem, location })))
  } else for (const { object } of loaded.objects) voyage.apply(object)
  voyage.settle()
}

function remove(script: Script, step: DeleteStep, location: Location): void {
  const { object: path, podOf, gracePeriodSeconds } = step
  const object =
    podOf === undefined
      ? lookUp(script, parseObjectPath(path ?? ''), location)
      : podToDelete(script, podOf, location)
  if (object === undefined) return
  const grace = gracePeriodSeconds === undefined ? {} : { options: { gracePeriodSeconds } }
  request(script.voyage.world, { verb: 'delete', target: targetOf(object), ...grace })
  script.voyage.settle()
}

function podToDelete(script: Script, which: PodOf, location: Location): KubeObject | undefined {
  if (lookUp(script, parseObjectPath(which.object), location) === undefined) return undefined
  const pod = podOf(script.voyage.world, which)
  if (pod !== undefined) return pod
  const sort = which.terminating === true ? 'terminating pod' : 'pod'
  script.problems.push({
    code: 'ST0322',
    severity: 'error',
    location,
    object: which.object,
    what: `there is no ${sort} number ${which.index} of ${which.object} at this step`,
    why: 'pods are counted by name, from 0',
    todo: 'name a lower index, or let the workload come up first',
  })
  return undefined
}

function scale(
  script: Script,
  { object: path, replicas }: { object: ObjectPath; replicas: number },
  location: Location,
): void {
  const object = lookUp(script, parseObjectPath(path), location)
  if (object === undefined) return
  request(script.voyage.world, { verb: 'scale', target: targetOf(object), replicas })
  script.voyage.settle()
}

function strike(script: Script, step: FaultStep, location: Location): void {
  const { voyage, problems } = script
  const fault = faults.get(step.kind)
  if (fault === undefined) {
    const known = [...faults.keys()].join(', ')
    problems.push({
      code: 'ST0323',
      severity: 'error',
      location,
      what: `there is no fault "${step.kind}"`,
      todo: `use one of: ${known}`,
    })
    return
  }
  if (step.node !== undefined && voyage.etcdHosts.includes(step.node)) {
    strikeEtcdHost(script, fault, step)
    return
  }
  const args = faultArgs(script, step)
  const possible = argsFit(fault, args) ?? fault.canApply(voyage.world, args)
  if (!possible.ok) {
    problems.push(...possible.problems.map(problem => ({ ...problem, location })))
    return
  }
  strikeNow(voyage, fault, { args, ...(step.forMs !== undefined && { forMs: step.forMs }) })
}

// A host that only runs etcd is no node: nothing is left to do to it but to take its vote away.
function strikeEtcdHost(
  { voyage, problems }: Script,
  { name, machines }: Fault,
  { node = '', forMs, location }: FaultStep & Partial<Placed>,
): void {
  if (machines === undefined) {
    problems.push({
      code: 'ST0322',
      severity: 'error',
      ...(location !== undefined && { location }),
      object: `Node/${node}`,
      what: `${node} only runs etcd, and is no node that ${name} could strike`,
      todo: 'take its machine away: {fault: {kind: node-loss, node: ...}}',
    })
    return
  }
  loseMachines(voyage, [node])
  if (forMs !== undefined) {
    voyage.later(voyage.world.nowMs + forMs, () => regainMachines(voyage, [node]))
  }
}

/** The first argument that the fault has no use for, as a Problem. */
function argsFit({ name, args: known }: Fault, args: FaultArgs): Checked<true> | undefined {
  const names = Object.keys(args) as (keyof FaultArgs)[]
  const wrong = names.find(each => !known.includes(each))
  if (wrong === undefined) return undefined
  const word = wrong === 'byMs' ? 'by' : wrong
  return inapplicable(`${name} does not take ${word}`, 'leave it out; docs/faults.md has them all')
}

/** `nodeOf` names the node on which the pod number `index` of a workload runs, by pod name. */
function faultArgs({ voyage }: Script, step: FaultStep): FaultArgs {
  const { node, zone, image, cpu, byMs, webhook, pods, nodeOf } = step
  const found = nodeOf === undefined ? node : nodeUnder(voyage.world, nodeOf)
  return {
    ...(found !== undefined && { node: found }),
    ...(zone !== undefined && { zone }),
    ...(image !== undefined && { image }),
    ...(cpu !== undefined && { cpu }),
    ...(byMs !== undefined && { byMs }),
    ...(webhook !== undefined && { webhook }),
    ...(pods !== undefined && { pods }),
  }
}

function nodeUnder(world: World, which: PodOf): string | undefined {
  const pod = podOf(world, which)
  return pod && nodeNameIndex.values(pod)[0]
}

function podOf(world: World, { object, index, terminating }: PodOf): KubeObject | undefined {
  const ref = parseObjectPath(object)
  const owner = world.store.get(kindKey('apps/v1', ref.kind), keyFrom(ref.namespace, ref.name))
  if (owner === undefined) return undefined
  const pods = podsUnder(world, owner)
  const counted = terminating === true ? pods.filter(isGoing) : pods
  return counted[index]
}

function isGoing({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined
}

function podsUnder(world: World, owner: KubeObject): readonly KubeObject[] {
  const uid = owner.metadata.uid ?? ''
  const sets = world.store.indexed('ReplicaSet', ownerIndex.name, uid)
  const owners = [uid, ...sets.map(({ metadata }) => metadata.uid ?? '')]
  return owners
    .flatMap(id => world.store.indexed('Pod', ownerIndex.name, id))
    .sort((a, b) => (refOf(a).name < refOf(b).name ? -1 : 1))
}
