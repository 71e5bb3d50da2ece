// Members of etcd that a playbook restarts or reboots together, so that the majority is lost.

import type { Problem } from '../../../base/problem.ts'
import type { Voters } from '../../../explain/host-matrix.ts'
import { codes, warningAt } from '../../problems.ts'
import { shortAction, type Task } from '../playbooks/model.ts'
import type { PlayTrace, TaskTrace } from '../playbooks/trace.ts'
import { str } from '../templating/python/represent.ts'
import { isList, type Value } from '../values.ts'
import { placesAbove } from '../playbooks/places.ts'
import { hostsOf, type Rehearsal } from './reach.ts'
import { placesText, someHosts } from './words.ts'

/** Who votes, and the units of systemd whose stop takes a vote away. */
export interface VotingHosts {
  readonly voters: Voters
  readonly units: RegExp
}

/** Tasks that take more votes at once than the majority can spare. */
export function restartProblems(
  rehearsal: Rehearsal,
  { voters, units }: VotingHosts,
): readonly Problem[] {
  if (voters.members.length < 2) return []
  const problems = new Map<string, Problem>()
  for (const play of rehearsal.plays) {
    for (const trace of play.tasks) {
      const found = restartProblem(play, trace, { voters, units })
      const { at } = trace.task
      if (found !== undefined) problems.set(`${at.file}:${at.line ?? 0}`, found)
    }
  }
  return [...problems.values()]
}

function restartProblem(
  play: PlayTrace,
  trace: TaskTrace,
  { voters, units }: VotingHosts,
): Problem | undefined {
  const { task, name } = trace
  const deed = deedOf(task, units)
  if (deed === undefined) return undefined
  const losses = voters.members.length - voters.needed
  const members = new Set(voters.members)
  const runs = trace.results.filter(({ is }) => is === 'ok' || is === 'unknown')
  const on = new Set(runs.flatMap(hostsOf).filter(host => members.has(host)))
  const together = (play.batches ?? [play.targets])
    .map(batch => batch.filter(host => on.has(host)))
    .find(batch => {
      const atOnce = Math.min(batch.length, trace.throttle ?? batch.length)
      return atOnce > losses && atOnce > 1
    })
  if (together === undefined) return undefined
  const perhaps = runs.some(({ is }) => is === 'unknown')
  const doubt = runs.find(({ is }) => is === 'unknown')?.unknown?.[0]
  const spare = losses === 0 ? 'none' : `${losses}`
  return warningAt(codes.playbookRestarts, task.at, {
    what:
      `task "${name}" ${perhaps ? 'may ' : ''}${perhaps ? deed : third(deed)} ` +
      `${someHosts(together)} together: etcd has no majority until ${voters.needed} are back`,
    why:
      `${voters.members.length} members can spare ${spare} at a time, and the play has ` +
      `${play.batches === undefined ? 'no serial' : 'a larger serial'}` +
      `${trace.throttle === undefined ? '' : `, the task throttle ${trace.throttle}`}` +
      `${doubt === undefined ? '' : `; whether it runs depends on ${doubt}`}` +
      `; it is reached through ${placesText(placesAbove(trace.task))}`,
    todo: 'give the play serial: 1, or the task throttle: 1, and wait for each member',
  })
}

const states: Readonly<Record<string, string>> = {
  reloaded: '',
  restarted: 'restart',
  started: '',
  stopped: 'stop',
}

function third(verb: string): string {
  return `${verb}s`
}

/** What a task does to the votes of a host, or undefined. */
function deedOf(task: Task, units: RegExp): string | undefined {
  const action = shortAction(task.action).split('.').at(-1)
  if (action === 'reboot') return 'reboot'
  if (action !== 'service' && action !== 'systemd' && action !== 'systemd_service') return undefined
  const unit = textOf(task.args.get('name') ?? task.args.get('unit') ?? '')
  const deed = states[textOf(task.args.get('state') ?? '')]
  return units.test(unit) && deed !== undefined && deed !== '' ? deed : undefined
}

function textOf(value: Value): string {
  return typeof value === 'string' ? value : ''
}

/** An even number of members that no assertion of any of these playbooks refuses. */
export function unassertedCount(
  rehearsals: readonly Rehearsal[],
  { members }: Voters,
): readonly Problem[] {
  if (members.length === 0 || members.length % 2 !== 0) return []
  const voters = new Set(members)
  const plays = rehearsals.flatMap(each => each.plays)
  const first = plays.find(({ targets }) => targets.some(host => voters.has(host)))
  const isAsserted = plays
    .flatMap(({ tasks }) => tasks)
    .some(({ task }) => asksForOdd(task) && /%\s*2|is (?:odd|even|divisibleby)/.test(textsOf(task)))
  if (first === undefined || isAsserted) return []
  const books = rehearsals.map(({ playbook }) => playbook).join(', ')
  return [
    warningAt(codes.evenQuorum, first.play.at, {
      what: `${members.length} members of etcd, and no task asserts an odd number`,
      why: `all tasks of ${books} were looked at; ${members.length} survive no more losses than ${members.length - 1}`,
      todo: `take ${members.length - 1} or ${members.length + 1} members`,
    }),
  ]
}

function asksForOdd({ action }: Task): boolean {
  return ['assert', 'fail'].includes(shortAction(action))
}

function textsOf(task: Task): string {
  const all = [task.args.get('that') ?? null, task.attributes.get('when') ?? null]
  return all.map(value => (isList(value) ? value.map(str).join('\n') : str(value))).join('\n')
}
