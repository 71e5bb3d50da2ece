// The hollow kubelets of the recordings: pod annotations say how long everything takes.

import type { Container, Pod } from '../../src/kube/generated/types.ts'
import type { ContainerExit, KubeletModel } from '../../src/nodes/model.ts'

/** Longer than any trace. */
const neverMs = 10 ** 9

function annotation(pod: Pod, name: string): string | undefined {
  return pod.metadata.annotations?.[`hollow/${name}`]
}

function durationMs(pod: Pod, name: string, otherwise: number): number {
  const text = annotation(pod, name)
  if (text === undefined) return otherwise
  return text === 'never' ? neverMs : Number(text)
}

function exitOf(pod: Pod): ContainerExit | undefined {
  if (annotation(pod, 'exit-after') === undefined) return undefined
  const reason = annotation(pod, 'exit-reason')
  const condition = annotation(pod, 'exit-condition')
  return {
    afterMs: durationMs(pod, 'exit-after', 0),
    code: durationMs(pod, 'exit-code', 0),
    ...(reason !== undefined && { reason }),
    ...(condition !== undefined && { condition: { type: condition } }),
  }
}

/** When containers started and stopped in the recording, as far as it says so of this pod. */
export interface RecordedTimes {
  /** Virtual ms from now until the recorded start; undefined when there is none. */
  readonly untilStart: (pod: Pod) => number | undefined
  readonly untilStop: (pod: Pod) => number | undefined
}

/** Recorded moments count while they are within the noise of a busy machine. */
const noiseMs = { early: 150, late: 600 } as const

/** The recorded duration, unless the replay is at another point of the story. */
function near(recordedMs: number | undefined, nominalMs: number): number {
  if (recordedMs === undefined) return nominalMs
  const isNoise = recordedMs >= nominalMs - noiseMs.early && recordedMs <= nominalMs + noiseMs.late
  return isNoise ? recordedMs : nominalMs
}

/** The model of a trace whose pods run `runAfterMs` after they were bound, unless they say so. */
export function hollowModel(runAfterMs: number, times: RecordedTimes): KubeletModel {
  return {
    // Pods that hollow kubelets ignore are turned away or wait for ever.
    startMs: pod =>
      annotation(pod, 'ignore') === 'true'
        ? neverMs
        : near(times.untilStart(pod), durationMs(pod, 'run-after', runAfterMs)),
    initRunMs: () => 0,
    startedMs: () => 0,
    readyMs: (pod: Pod, _container: Container) =>
      annotation(pod, 'ready-after') === 'never' ? undefined : durationMs(pod, 'ready-after', 0),
    stopMs: (pod, graceMs) =>
      near(times.untilStop(pod), durationMs(pod, 'stop-after', Math.min(graceMs, 1000))),
    stopCode: () => 0,
    exit: exitOf,
    pullFails: pod => annotation(pod, 'pull-fail') === 'true',
    restartMs: restarts => 10_000 * 2 ** Math.max(0, restarts - 1),
    countsRestartAtExit: true,
    // The harness turned pods away only where it says that hollow kubelets ignore them.
    admission: pod => annotation(pod, 'ignore') === 'true',
  }
}
