// What the twin assumes about containers it never runs: how long they take to start, stop, exit.
// One value of this type is injected; the conformance runner has its own that reads annotations.

import type { Container, Pod } from '../kube/generated/types.ts'
import { readyAfterStartMs, startedAfterStartMs } from './probes.ts'

/** How a container ends by itself. */
export interface ContainerExit {
  /** Milliseconds after its start. */
  readonly afterMs: number
  readonly code: number
  /** state.terminated.reason; default `Completed` for code 0, else `Error`. */
  readonly reason?: string
  /** A pod condition to add with status True, such as `DisruptionTarget`. */
  readonly condition?: ExitCondition
}

export interface ExitCondition {
  readonly type: string
  readonly reason?: string
  readonly message?: string
}

export interface KubeletModel {
  /** From the moment the kubelet sees a bound pod to the start of its first container. */
  readonly startMs: (pod: Pod) => number
  /** How long an init container runs before it exits with 0. */
  readonly initRunMs: (pod: Pod, container: Container) => number
  /** From the start of a container until its startup probe has passed. */
  readonly startedMs: (pod: Pod, container: Container) => number
  /** From the start of a container until it is ready; undefined means never. */
  readonly readyMs: (pod: Pod, container: Container) => number | undefined
  /** From the kubelet seeing the deletion to the death of the last container. */
  readonly stopMs: (pod: Pod, graceMs: number) => number
  /** The exit code of a container that is told to stop. */
  readonly stopCode: (pod: Pod) => number
  /** How a main container ends by itself; undefined means that it runs for ever. */
  readonly exit: (pod: Pod, container: Container) => ContainerExit | undefined
  /** True when the image cannot be pulled. */
  readonly pullFails: (pod: Pod, container: Container) => boolean
  /** How long a container that has exited `restarts` times before waits for its next start. */
  readonly restartMs: (restarts: number) => number
  /** True when restartCount rises as the container exits; real kubelets raise it at the start. */
  readonly countsRestartAtExit?: boolean
  /** True when a pod created with its node is weighed and rejected as real kubelets do. */
  readonly admission?: (pod: Pod) => boolean
}

/** The assumed durations, in one place so that reports can list them. */
export const assumptions = {
  startMs: 1000,
  initRunMs: 1000,
  stopMs: 1000,
  preStopExecMs: 1000,
  jobRunMs: 5000,
  restartBaseMs: 10_000,
  restartMaxMs: 300_000,
} as const

/** Containers start after 1 s, probes succeed, containers stop 1 s after being told to. */
export const defaultModel: KubeletModel = {
  startMs: () => assumptions.startMs,
  initRunMs: () => assumptions.initRunMs,
  startedMs: (_pod, container) => startedAfterStartMs(container),
  readyMs: (_pod, container) => readyAfterStartMs(container),
  stopMs: (pod, graceMs) => Math.min(graceMs, longestPreStopMs(pod) + assumptions.stopMs),
  stopCode: pod => (runsToCompletion(pod) ? 143 : 0),
  exit: pod => (runsToCompletion(pod) ? { afterMs: assumptions.jobRunMs, code: 0 } : undefined),
  pullFails: () => false,
  restartMs: restarts => restartBackoffMs(restarts - 1),
  admission: () => true,
}

/** 10 s, 20 s, 40 s ... 5 min; the first restart (n = -1 here) is immediate. */
export function restartBackoffMs(restarts: number): number {
  if (restarts < 0) return 0
  return Math.min(assumptions.restartBaseMs * 2 ** restarts, assumptions.restartMaxMs)
}

function runsToCompletion(pod: Pod): boolean {
  const policy = pod.spec?.restartPolicy
  return policy === 'Never' || policy === 'OnFailure'
}

/** preStop hooks of all containers run at the same time, so the longest counts. */
function longestPreStopMs(pod: Pod): number {
  return Math.max(0, ...(pod.spec?.containers ?? []).map(preStopMs))
}

/** A sleep hook is exact; of an exec hook a literal `sleep N` is read, else it is assumed short. */
function preStopMs(container: Container): number {
  const hook = container.lifecycle?.preStop
  if (hook === undefined) return 0
  if (hook.sleep !== undefined) return hook.sleep.seconds * 1000
  const sleep = /\bsleep\s+(\d+)\b/.exec((hook.exec?.command ?? []).join(' '))
  return sleep === null ? assumptions.preStopExecMs : Number(sleep[1]) * 1000
}
