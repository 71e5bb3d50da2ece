// An exploration as text: one line per act, what breaks in some orders with its story, the bound.

import { refText } from '../checks/life.ts'
import type { ExploredOutcome, ExploredScenario, ExploreReport } from '../explain/explore.ts'
import type { StoryLine } from '../explain/story.ts'
import { counted } from './words.ts'

/** The whole report for people. */
export function explorationText(report: ExploreReport): string {
  return `${report.scenarios.map(scenarioText).join('')}\n${boundText(report)}\n`
}

function boundText({ bound }: ExploreReport): string {
  const { strategy, windowMs, deviations, runs, states, memoryMiB } = bound
  const { stale, crashes, faults, interleave } = bound
  const perAct: Readonly<Record<string, string>> = {
    deviations: `up to ${counted(deviations, 'departure')}, at most ${counted(runs, 'schedule')} each`,
    exhaustive: `at most ${counted(states, 'state')} and ${memoryMiB} MiB each`,
    pct: `depth ${bound.depth}, at most ${counted(runs, 'schedule')} each`,
  }
  const parts = [
    `window ${windowMs} ms, strategy ${strategy}`,
    perAct[strategy] ?? `at most ${counted(runs, 'schedule')} each`,
    ...(stale > 0 ? [`caches up to ${counted(stale, 'change')} behind`] : []),
    ...(crashes > 0 ? [`up to ${counted(crashes, 'crash').replace('crashs', 'crashes')}`] : []),
    ...(interleave ? ['others between any two requests'] : []),
    ...(faults.length > 0 ? [`${faults.join(' and ')} at any moment`] : []),
  ]
  return `bound: ${parts.join(', ')}`
}

function scenarioText(scenario: ExploredScenario): string {
  const { trial, subject, endStates, outcomes, skipped, unsettled } = scenario
  if (skipped !== undefined) return `skipped  ${trial} ${subject}: ${skipped}\n`
  const ends = counted(endStates, 'end state')
  const lines = outcomes.map(each => outcomeText(each, scenario)).join('')
  const open =
    unsettled === undefined
      ? ''
      : `  inconclusive: ${counted(unsettled.schedules, 'schedule')} never came to rest; ` +
        `still at work: ${unsettled.pending.join(', ')}\n`
  return `${headOf(scenario)}  ${trial} ${subject}: ${triedText(scenario)}, ${ends}\n${lines}${open}`
}

function headOf({ outcomes, states, unsettled }: ExploredScenario): string {
  if (outcomes.length > 0) return 'breaks'
  return states?.stoppedBy === undefined && unsettled === undefined ? 'holds ' : 'unsure'
}

const stops = {
  states: 'stopped at the bound on states',
  memory: 'stopped at the bound on memory',
  depth: 'some ways were longer than the bound',
} as const

function triedText({ runs, exhaustive, states }: ExploredScenario): string {
  if (states === undefined) {
    return `${counted(runs, 'schedule')}${exhaustive ? ' (all within the bound)' : ''}`
  }
  const { visited, steps, depth, stoppedBy, bytes } = states
  const all = stoppedBy === undefined ? 'every one that can be reached' : stops[stoppedBy]
  const memory = `${Math.ceil(bytes / 2 ** 20)} MiB`
  return `${counted(visited, 'state')} (${all}), ${steps} steps, up to ${depth} deep, ${memory}`
}

function outcomeText(outcome: ExploredOutcome, { runs, states }: ExploredScenario): string {
  const { severity, verdict, object, message, schedules, schedule, departures, story } = outcome
  const of = states === undefined ? counted(runs, 'schedule') : counted(runs, 'end')
  const lines = [
    `  ${severity}: ${verdict} ${refText(object)}, in ${schedules} of ${of}`,
    ...(message === undefined ? [] : [`    ${message}`]),
    `    shortest: ${counted(departures, 'departure')}, --replay ${schedule}`,
    ...smallestText(outcome),
    ...story.map((line, index) => `    ${String(index + 1).padStart(3)}. ${lineText(line)}`),
  ]
  return `${lines.join('\n')}\n`
}

function smallestText({ smallest }: ExploredOutcome): readonly string[] {
  if (smallest === undefined) return []
  const { nodes, pods } = smallest
  const size = `${counted(nodes, 'node')}, at most ${counted(pods, 'replica')} of a workload`
  return [`    smallest platform that shows it: ${size}`]
}

function lineText({ at, actor, text, departure }: StoryLine): string {
  return `${at.toFixed(3).padStart(9)} s  ${departure ? '! ' : '  '}${actor}: ${text}`
}
