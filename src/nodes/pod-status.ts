// The status that a kubelet reports of a pod, from what it knows of its containers.
// Upstream: pkg/kubelet/kubelet_pods.go (getPhase, convertStatusToAPIStatus) and
// pkg/kubelet/status/generate.go, v1.36.3.

import type {
  ContainerState,
  ContainerStatus,
  Pod,
  PodCondition,
  PodStatus,
} from '../kube/generated/types.ts'
import { formatTime } from '../kube/time.ts'
import { type ContainerRun, isOver, type PodRun, restarts } from './pod-run.ts'

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed'

/** The phase that follows from the states of the containers. */
export function phaseOf(run: PodRun, pod: Pod): PodPhase {
  if (run.pastDeadline === true) return 'Failed'
  const mains = run.containers.filter(container => container.role === 'main')
  if (isOver(run, pod)) {
    return mains.every(main => main.exitCode === 0) ? 'Succeeded' : 'Failed'
  }
  const begun = mains.some(main => main.startedMs !== undefined)
  return begun && mains.every(main => main.startedMs !== undefined) ? 'Running' : 'Pending'
}

/** Whether a container counts as ready at `nowMs`; an init container is once it has succeeded. */
export function isContainerReady(container: ContainerRun, nowMs: number): boolean {
  if (container.role === 'init') return container.state === 'exited' && container.exitCode === 0
  if (container.state !== 'running') return false
  if (container.readyOverride !== undefined) return container.readyOverride
  return container.readyAtMs !== undefined && container.readyAtMs <= nowMs
}

export interface Reporting {
  readonly pod: Pod
  readonly run: PodRun
  readonly nowMs: number
  readonly hostIP: string | undefined
}

/** The fields of pod.status that the kubelet owns, and the conditions of all others. */
export function statusOf(reporting: Reporting): PodStatus {
  const { pod, run, hostIP } = reporting
  const phase = phaseOf(run, pod)
  const generation = pod.metadata.generation
  const statuses = containerStatuses(reporting)
  const hasIP =
    pod.spec?.hostNetwork === true || run.containers.some(c => c.startedMs !== undefined)
  return {
    phase,
    conditions: conditionsOf(reporting, phase),
    ...(generation !== undefined && { observedGeneration: generation }),
    ...(hostIP !== undefined && { hostIP, hostIPs: [{ ip: hostIP }] }),
    ...(hasIP && { podIP: run.podIP, podIPs: [{ ip: run.podIP }] }),
    startTime: pod.status?.startTime ?? formatTime(run.seenMs),
    ...(statuses.inits.length > 0 && { initContainerStatuses: statuses.inits }),
    containerStatuses: statuses.mains,
    ...(run.pastDeadline === true && deadlineReason),
  }
}

const deadlineReason = {
  reason: 'DeadlineExceeded',
  message: 'Pod was active on the node longer than the specified deadline',
}

function containerStatuses(reporting: Reporting): {
  inits: ContainerStatus[]
  mains: ContainerStatus[]
} {
  const { pod, run, nowMs } = reporting
  const images = new Map(
    [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])].map(container => [
      container.name,
      container.image ?? '',
    ]),
  )
  const initialized = isInitialized(run, nowMs)
  const report = (container: ContainerRun): ContainerStatus => ({
    name: container.name,
    image: images.get(container.name) ?? '',
    imageID: '',
    ready: isContainerReady(container, nowMs),
    restartCount: container.restarts,
    started: hasStarted(container, nowMs),
    state: stateOf(container, initialized),
    lastState: lastStateOf(container, pod),
  })
  return {
    inits: run.containers.filter(({ role }) => role !== 'main').map(report),
    mains: run.containers.filter(({ role }) => role === 'main').map(report),
  }
}

function hasStarted(container: ContainerRun, nowMs: number): boolean {
  return container.state === 'running' && (container.startupAtMs ?? 0) <= nowMs
}

function stateOf(container: ContainerRun, initialized: boolean): ContainerState {
  if (container.state === 'running') {
    return { running: { startedAt: formatTime(container.startedMs ?? 0) } }
  }
  if (container.state === 'exited') {
    if (container.startAtMs === undefined) return { terminated: terminationOf(container) }
    const message = `back-off restarting failed container=${container.name}`
    return { waiting: { reason: 'CrashLoopBackOff', message } }
  }
  if (container.pullFails === true) {
    return { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image' } }
  }
  const waits = initialized || container.role !== 'main'
  return { waiting: { reason: waits ? 'ContainerCreating' : 'PodInitializing' } }
}

function terminationOf(container: ContainerRun): {
  exitCode: number
  reason: string
  startedAt?: string
  finishedAt: string
} {
  const { exitCode = 0, exitReason, startedMs, finishedMs = 0 } = container
  return {
    exitCode,
    reason: exitReason ?? (exitCode === 0 ? 'Completed' : 'Error'),
    ...(startedMs !== undefined && { startedAt: formatTime(startedMs) }),
    finishedAt: formatTime(finishedMs),
  }
}

function lastStateOf(container: ContainerRun, pod: Pod): ContainerState {
  const waits = container.state === 'exited' && container.startAtMs !== undefined
  return waits && restarts(pod, container) ? { terminated: terminationOf(container) } : {}
}

function isInitialized(run: PodRun, nowMs: number): boolean {
  if (run.containers.some(({ role, startedMs }) => role === 'main' && startedMs !== undefined)) {
    return true
  }
  return incompleteInits(run, nowMs).length === 0
}

function incompleteInits(run: PodRun, nowMs: number): readonly string[] {
  return run.containers
    .filter(container => {
      if (container.role === 'main') return false
      return container.role === 'sidecar'
        ? !hasStarted(container, nowMs)
        : !isContainerReady(container, nowMs)
    })
    .map(({ name }) => name)
}

/** A condition before its times are known. */
interface Verdict {
  readonly type: string
  readonly status: 'True' | 'False'
  readonly reason?: string
  readonly message?: string
}

function conditionsOf(reporting: Reporting, phase: PodPhase): PodCondition[] {
  const { pod, run, nowMs } = reporting
  const old = pod.status?.conditions ?? []
  const sandbox = !isOver(run, pod) && run.containers.some(c => c.startedMs !== undefined)
  const containersReady = containersReadyVerdict(run, nowMs, phase)
  const verdicts: Verdict[] = [
    { type: 'PodReadyToStartContainers', status: sandbox ? 'True' : 'False' },
    initializedVerdict(run, nowMs, phase),
    readyVerdict(pod, containersReady),
    { type: 'ContainersReady', ...containersReady },
  ]
  if (run.condition !== undefined) verdicts.push({ status: 'True', ...run.condition })
  const own = new Set(verdicts.map(({ type }) => type))
  const generation = pod.metadata.generation
  return [
    ...verdicts.map(verdict => dated(verdict, old, nowMs, generation)),
    ...old.filter(({ type }) => !own.has(type)),
  ]
}

function dated(
  verdict: Verdict,
  old: readonly PodCondition[],
  nowMs: number,
  generation: number | undefined,
): PodCondition {
  const before = old.find(({ type }) => type === verdict.type)
  const same = before !== undefined && before.status === verdict.status
  const since = (same ? before.lastTransitionTime : undefined) ?? formatTime(nowMs)
  return generation === undefined
    ? { lastTransitionTime: since, ...verdict }
    : { lastTransitionTime: since, observedGeneration: generation, ...verdict }
}

function containersReadyVerdict(
  run: PodRun,
  nowMs: number,
  phase: PodPhase,
): Omit<Verdict, 'type'> {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' }
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' }
  const unready = run.containers
    .filter(container => container.role !== 'init' && !isContainerReady(container, nowMs))
    .map(({ name }) => name)
  if (unready.length === 0) return { status: 'True' }
  const message = `containers with unready status: [${unready.join(' ')}]`
  return { status: 'False', reason: 'ContainersNotReady', message }
}

function readyVerdict(pod: Pod, containersReady: Omit<Verdict, 'type'>): Verdict {
  if (containersReady.status === 'False') return { type: 'Ready', ...containersReady }
  const missing = (pod.spec?.readinessGates ?? []).flatMap(({ conditionType }) => {
    const condition = pod.status?.conditions?.find(({ type }) => type === conditionType)
    if (condition === undefined) {
      return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`]
    }
    if (condition.status === 'True') return []
    const { status } = condition
    return [`the status of pod readiness gate "${conditionType}" is not "True", but ${status}`]
  })
  if (missing.length === 0) return { type: 'Ready', status: 'True' }
  const message = missing.join(', ')
  return { type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady', message }
}

function initializedVerdict(run: PodRun, nowMs: number, phase: PodPhase): Verdict {
  const type = 'Initialized'
  if (phase === 'Succeeded') return { type, status: 'True', reason: 'PodCompleted' }
  if (isInitialized(run, nowMs)) return { type, status: 'True' }
  const message = `containers with incomplete status: [${incompleteInits(run, nowMs).join(' ')}]`
  return { type, status: 'False', reason: 'ContainersNotInitialized', message }
}
