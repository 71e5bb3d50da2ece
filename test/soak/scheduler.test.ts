import { expect, it } from 'vitest'
import { type SchedulingEngine, specification } from '../../src/scheduler/engine.ts'
import { FastEngine } from '../../src/scheduler/fast/engine.ts'
import { clusterOf, firstDifference, soakScheduler } from './scheduler.ts'

it('finds no difference between the engines', () => {
  let elapsedMs = 0
  const nowMs = (): number => {
    elapsedMs += 1000
    return elapsedMs
  }
  const said: string[] = []
  const failed = soakScheduler({ minutes: 0.2, seed: 1 }, { nowMs, say: text => said.push(text) })
  expect(failed).toBeUndefined()
  expect(said.at(-1)).toMatch(/clusters, \d+ decisions by each engine .*, no difference/)
})

it('notices an engine that starts the next walk one node too late', () => {
  const fast = new FastEngine()
  const late: SchedulingEngine = {
    name: 'late',
    schedule: (pod, request) => {
      const outcome = fast.schedule(pod, request)
      return {
        ...specification.schedule(pod, request),
        nextStartNodeIndex: outcome.nextStartNodeIndex + 1,
      }
    },
  }
  expect(firstDifference(clusterOf(1), late)).toBeDefined()
})
