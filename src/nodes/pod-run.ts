// What a kubelet knows of one pod: its containers and when each changes next. Pure functions.
// Upstream: pkg/kubelet/kuberuntime/kuberuntime_manager.go (order, restarts), v1.36.3.

import type { Container, Pod } from '../kube/generated/types.ts'
import type { ExitCondition, KubeletModel } from './model.ts'

export interface ContainerRun {
  readonly name: string
  /** A sidecar is an init container that keeps running (restartPolicy Always). */
  readonly role: 'init' | 'sidecar' | 'main'
  readonly state: 'waiting' | 'running' | 'exited'
  /** When it starts or starts again; undefined while it may not or never will. */
  readonly startAtMs?: number
  /** Start of the present or last run. */
  readonly startedMs?: number
  /** While it runs: when its startup probe has passed, when it is ready, when it ends. */
  readonly startupAtMs?: number
  readonly readyAtMs?: number
  readonly exitAtMs?: number
  readonly finishedMs?: number
  readonly exitCode?: number
  readonly exitReason?: string
  readonly restarts: number
  readonly pullFails?: true
  /** Readiness as a trial ordered it, over what the probes say. */
  readonly readyOverride?: boolean
}

export interface PodRun {
  readonly uid: string
  readonly seenMs: number
  readonly podIP: string
  /** In order of start: init containers and sidecars as listed, then all others. */
  readonly containers: readonly ContainerRun[]
  /** When the containers of a pod being deleted are dead. */
  readonly stopAtMs?: number
  readonly stopped?: true
  /** A condition that the exit of a container adds. */
  readonly condition?: ExitCondition
  /** activeDeadlineSeconds of the pod has passed. */
  readonly pastDeadline?: true
}

/** The run of a pod that the kubelet has just seen. */
export function newPodRun(pod: Pod, nowMs: number, podIP: string): PodRun {
  const run =
    (role: ContainerRun['role']) =>
    ({ name }: Container): ContainerRun => ({
      name,
      role,
      state: 'waiting',
      restarts: 0,
    })
  const inits = (pod.spec?.initContainers ?? []).map(container =>
    run(container.restartPolicy === 'Always' ? 'sidecar' : 'init')(container),
  )
  const mains = (pod.spec?.containers ?? []).map(run('main'))
  return { uid: pod.metadata.uid ?? '', seenMs: nowMs, podIP, containers: [...inits, ...mains] }
}

/** Takes every change that is due at or before `nowMs`. */
export function advance(run: PodRun, pod: Pod, nowMs: number, model: KubeletModel): PodRun {
  let current = run
  // Each round moves at least one container one state further; a pod has few of both.
  for (let round = 0; round < roundsMax; round += 1) {
    const next = step(current, pod, nowMs, model)
    if (next === current) return current
    current = next
  }
  return current
}

const roundsMax = 1000

/** The next time at which `advance` or the status would change something. */
export function nextChangeMs(run: PodRun, pod: Pod, nowMs: number): number | undefined {
  if (run.stopped === true) return undefined
  let next = later(run.stopAtMs, nowMs)
  const deadline = pod.spec?.activeDeadlineSeconds
  if (deadline !== undefined && run.pastDeadline !== true) {
    next = least(next, later(run.seenMs + deadline * 1000, nowMs))
  }
  for (const container of run.containers) {
    if (container.state !== 'running') {
      if (run.stopAtMs === undefined) next = least(next, later(container.startAtMs, nowMs))
    } else {
      next = least(next, later(container.startupAtMs, nowMs))
      if (container.readyOverride === undefined)
        next = least(next, later(container.readyAtMs, nowMs))
      next = least(next, later(container.exitAtMs, nowMs))
    }
  }
  return next
}

/** True when no container of the pod will run again. */
export function isOver(run: PodRun, pod: Pod): boolean {
  if (run.stopped === true || run.pastDeadline === true) return true
  const mains = run.containers.filter(container => container.role === 'main')
  return mains.every(main => main.state === 'exited' && !restarts(pod, main))
}

/** True when no container of the pod was ever started. */
export function isUntouched(run: PodRun): boolean {
  return run.containers.every(container => container.startedMs === undefined)
}

/** Whether an exited container starts again. */
export function restarts(pod: Pod, container: ContainerRun): boolean {
  if (container.role === 'sidecar') return true
  const policy = pod.spec?.restartPolicy ?? 'Always'
  if (container.role === 'init') return container.exitCode !== 0 && policy !== 'Never'
  return policy === 'Always' || (policy === 'OnFailure' && container.exitCode !== 0)
}

/** Tells the containers to stop: they are dead `stopMs` later, or earlier if so ordered before. */
export function stop(run: PodRun, atMs: number): PodRun {
  if (run.stopped === true || (run.stopAtMs !== undefined && run.stopAtMs <= atMs)) return run
  return { ...run, stopAtMs: atMs }
}

/** The run of a pod whose machine was off: its containers have to start again, in order. */
export function rebooted(run: PodRun, nowMs: number): PodRun {
  const fresh = mapContainers(run, ({ name, role, restarts: count, startedMs }) => ({
    name,
    role,
    state: 'waiting',
    restarts: startedMs === undefined ? count : count + 1,
  }))
  return { ...fresh, seenMs: nowMs }
}

/** Waits between pulls of an image that fails: 10 s, doubling up to 5 minutes. */
const pullBackoff = { firstMs: 10_000, maxMs: 300_000 } as const

/** Lets containers whose image could not be pulled try again, when their back-off ends. */
export function pullAgain(run: PodRun, nowMs: number): PodRun {
  if (run.containers.every(({ pullFails }) => pullFails !== true)) return run
  return mapContainers(run, container => {
    if (container.pullFails !== true) return container
    const { pullFails: _, startAtMs = nowMs, ...rest } = container
    return { ...rest, startAtMs: nextPullMs(startAtMs, nowMs) }
  })
}

function nextPullMs(firstMs: number, nowMs: number): number {
  let atMs = firstMs
  for (let waitMs = pullBackoff.firstMs; atMs <= nowMs; waitMs *= 2) {
    atMs += Math.min(waitMs, pullBackoff.maxMs)
  }
  return atMs
}

/** Overrides the readiness of all containers, as a trial orders it. */
export function forceReady(run: PodRun, ready: boolean, restartCount?: number): PodRun {
  return mapContainers(run, container => ({
    ...container,
    readyOverride: ready,
    ...(restartCount !== undefined && { restarts: restartCount }),
  }))
}

/** Ends all running main containers with `exitCode`. */
export function forceExit(run: PodRun, nowMs: number, exitCode: number): PodRun {
  return mapContainers(run, container =>
    container.role === 'main' && container.state === 'running'
      ? { ...container, exitAtMs: nowMs, exitCode }
      : container,
  )
}

function mapContainers(run: PodRun, map: (container: ContainerRun) => ContainerRun): PodRun {
  return { ...run, containers: run.containers.map(map) }
}

function step(run: PodRun, pod: Pod, nowMs: number, model: KubeletModel): PodRun {
  if (run.stopped === true) return run
  if (run.stopAtMs !== undefined && run.stopAtMs <= nowMs) {
    return { ...killed(run, pod, run.stopAtMs, model), stopped: true }
  }
  const deadline = pod.spec?.activeDeadlineSeconds
  if (deadline !== undefined && run.pastDeadline !== true) {
    const deadlineMs = run.seenMs + deadline * 1000
    if (deadlineMs <= nowMs) return { ...killed(run, pod, deadlineMs, model), pastDeadline: true }
  }
  if (isOver(run, pod)) return run
  // Once told to stop, a container may still end by itself but none starts any more.
  const stopping = run.stopAtMs !== undefined
  const index = run.containers.findIndex(
    container => isDue(container, nowMs) && (!stopping || container.state === 'running'),
  )
  if (index >= 0) return moved(run, pod, index, model)
  return stopping ? run : admitted(run, pod, model)
}

function isDue(container: ContainerRun, nowMs: number): boolean {
  const atMs = container.state === 'running' ? container.exitAtMs : container.startAtMs
  return atMs !== undefined && atMs <= nowMs && container.pullFails !== true
}

function moved(run: PodRun, pod: Pod, index: number, model: KubeletModel): PodRun {
  const container = run.containers[index] as ContainerRun
  const spec = specOf(pod, container)
  if (spec === undefined) return run
  const containers = run.containers.slice()
  if (container.state !== 'running') {
    containers[index] = started(container, spec, pod, model)
    return { ...run, containers }
  }
  const ended = exited(container, spec, pod, model)
  containers[index] = ended
  const condition = container.role === 'main' ? model.exit(pod, spec)?.condition : undefined
  const next: PodRun = { ...run, containers, ...(condition !== undefined && { condition }) }
  return isOver(next, pod) ? withoutSidecars(next, ended.finishedMs ?? 0) : next
}

function started(
  container: ContainerRun,
  spec: Container,
  pod: Pod,
  model: KubeletModel,
): ContainerRun {
  const { startAtMs = 0, name, role, restarts: count, readyOverride } = container
  const again = container.state === 'exited' && !model.countsRestartAtExit
  const base = {
    name,
    role,
    restarts: again ? count + 1 : count,
    ...(readyOverride !== undefined && { readyOverride }),
  }
  if (model.pullFails(pod, spec)) {
    return { ...base, state: 'waiting', pullFails: true, startAtMs }
  }
  if (role === 'init') {
    const exitAtMs = startAtMs + model.initRunMs(pod, spec)
    return {
      ...base,
      state: 'running',
      startedMs: startAtMs,
      startupAtMs: startAtMs,
      exitAtMs,
      exitCode: 0,
    }
  }
  const ready = model.readyMs(pod, spec)
  const exit = role === 'main' ? model.exit(pod, spec) : undefined
  return {
    ...base,
    state: 'running',
    startedMs: startAtMs,
    startupAtMs: startAtMs + model.startedMs(pod, spec),
    ...(ready !== undefined && { readyAtMs: startAtMs + ready }),
    ...(exit && { exitAtMs: startAtMs + exit.afterMs, exitCode: exit.code }),
    ...(exit?.reason !== undefined && { exitReason: exit.reason }),
  }
}

function exited(
  container: ContainerRun,
  spec: Container,
  pod: Pod,
  model: KubeletModel,
): ContainerRun {
  const finishedMs = container.exitAtMs ?? 0
  const { exitAtMs: _end, startAtMs: _start, readyOverride: _ready, ...rest } = container
  const ended: ContainerRun = { ...rest, state: 'exited', finishedMs }
  if (!restarts(pod, ended)) return ended
  const startAtMs = finishedMs + model.restartMs(ended.restarts)
  const count = model.countsRestartAtExit ? ended.restarts + 1 : ended.restarts
  return { ...ended, startAtMs, restarts: count, name: spec.name }
}

/** Lets the next containers start: an init container each on its own, all others together. */
function admitted(run: PodRun, pod: Pod, model: KubeletModel): PodRun {
  let atMs = run.seenMs + model.startMs(pod)
  for (const [index, container] of run.containers.entries()) {
    if (container.role === 'main') break
    if (container.state === 'waiting') {
      if (container.startAtMs !== undefined) return run
      const containers = run.containers.slice()
      containers[index] = { ...container, startAtMs: atMs }
      return { ...run, containers }
    }
    if (container.role === 'sidecar') {
      if (container.state !== 'running') return run
      atMs = Math.max(atMs, container.startupAtMs ?? 0)
    } else {
      if (container.state !== 'exited' || container.exitCode !== 0) return run
      atMs = Math.max(atMs, container.finishedMs ?? 0)
    }
  }
  const first = run.containers.find(({ role, state }) => role === 'main' && state === 'waiting')
  if (first === undefined || first.startAtMs !== undefined || first.pullFails === true) return run
  return mapContainers(run, container =>
    container.role === 'main' && container.state === 'waiting'
      ? { ...container, startAtMs: atMs }
      : container,
  )
}

function killed(run: PodRun, pod: Pod, atMs: number, model: KubeletModel): PodRun {
  const exitCode = model.stopCode(pod)
  return mapContainers(run, container => {
    if (container.state === 'exited') return withoutRestart(container)
    const { startAtMs: _start, exitAtMs: _end, readyOverride: _ready, ...rest } = container
    return { ...rest, state: 'exited', finishedMs: atMs, exitCode }
  })
}

function withoutSidecars(run: PodRun, atMs: number): PodRun {
  return mapContainers(run, container => {
    if (container.role !== 'sidecar') return container
    const { startAtMs: _start, ...rest } = container
    return { ...rest, state: 'exited', finishedMs: atMs, exitCode: 0 }
  })
}

function withoutRestart(container: ContainerRun): ContainerRun {
  const { startAtMs: _start, ...rest } = container
  return rest
}

function specOf(pod: Pod, run: ContainerRun): Container | undefined {
  const list = run.role === 'main' ? pod.spec?.containers : pod.spec?.initContainers
  return list?.find(container => container.name === run.name)
}

function later(atMs: number | undefined, nowMs: number): number | undefined {
  return atMs !== undefined && atMs > nowMs ? atMs : undefined
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b
  return b === undefined ? a : Math.min(a, b)
}
