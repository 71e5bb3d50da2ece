// A sample of recorded traces runs in every clone; the runner itself is tested on a planted fault.

import { describe, expect, it } from 'vitest'
import { readCases, type TraceCase } from './trace-format.ts'
import { replayTrace } from './trace-run.ts'

const sample = readCases('corpus/traces.jsonl.gz')

describe('a trace of a real control plane', () => {
  it.each(sample.map(trace => ({ id: trace.id, trace })))('agrees: $id', ({ trace }) => {
    expect(replayTrace(trace).mismatches).toEqual([])
  })

  it('with other counters than recorded does not agree', () => {
    const [trace] = sample.filter(({ topic }) => topic === 'replicaset')
    const planted = JSON.parse(
      JSON.stringify(trace).replaceAll('"fullyLabeledReplicas":', '"readyReplicas":7,"was":'),
    ) as TraceCase
    const aspects = replayTrace(planted).mismatches.map(({ aspect }) => aspect)
    expect(aspects).toContain('workloads')
  })
})
