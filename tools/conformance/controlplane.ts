// Suite `controlplane`: answers and traces of a real control plane against the twin's.

import { type ApiCase, replayApiCase } from './api-cases.ts'
import { readRecording, recordingsIn } from './recordings.ts'
import type { Run } from './suite.ts'
import { Tally } from './tally.ts'
import type { TraceCase } from './trace-format.ts'
import { replayTrace } from './trace-run.ts'

/** `validation/pod-spec-012` of `api-validation` is of the family `api-validation/pod-spec`. */
function familyOf(recording: string, id: string): string {
  const name = id.slice(id.indexOf('/') + 1)
  return `${recording}/${name.replace(/-\d+$/, '')}`
}

/** Traces are compared in workloads, pods, events and answers; the family is their topic. */
function runTraces(family: string, path: string, tally: Tally): void {
  for (const trace of readRecording(path) as Generator<TraceCase>) {
    const name = { family, id: trace.id }
    if (!tally.wants(name)) continue
    if (tally.isDeviation(family)) {
      tally.cannotRun(name, 'deviation')
      continue
    }
    const want: Record<string, unknown> = {}
    const got: Record<string, unknown> = {}
    for (const mismatch of replayTrace(trace).mismatches) {
      const where = `${mismatch.aspect} t=${mismatch.t ?? 'end'} ${mismatch.subject}`
      want[where] = mismatch.want ?? 'nothing'
      got[where] = mismatch.got ?? 'nothing'
    }
    tally.compare(name, want, got)
  }
}

export const run: Run = async (folder, options) => {
  const tally = new Tally('controlplane', folder, options)
  for (const { name, path } of recordingsIn(folder)) {
    if (!name.startsWith('api-')) {
      runTraces(name, path, tally)
      continue
    }
    for (const each of readRecording(path) as Generator<ApiCase>) {
      const family = familyOf(name, each.id)
      if (!tally.wants({ family, id: each.id })) continue
      if (tally.isDeviation(family)) tally.cannotRun({ family, id: each.id }, 'deviation')
      else replayApiCase(each, family, tally)
    }
  }
  return tally.result()
}
