// What a rehearsal says is wrong: files that cannot be used, and tasks that fail by what the
// inventory says.

import type { Problem } from '../../../base/problem.ts'
import { codes, errorAt, warningAt } from '../../problems.ts'
import type { PlaybookFailure } from '../playbooks/failure.ts'
import { shortAction } from '../playbooks/model.ts'
import { distinctPlaces, placesAbove } from '../playbooks/places.ts'
import type { TaskTrace } from '../playbooks/trace.ts'
import { str } from '../templating/python/represent.ts'
import { hostsOf, type Rehearsal } from './reach.ts'
import { placesText, someHosts } from './words.ts'

/** Mistakes in the files of a tree, each once. */
export function fileProblems({ failures, playbook }: Rehearsal): readonly Problem[] {
  const problems = new Map<string, Problem>()
  for (const failure of failures) {
    const problem = fileProblem(failure, playbook)
    const { file, line } = problem.location ?? { file: '' }
    problems.set(`${file}:${line ?? 0} ${problem.what}`, problem)
  }
  return [...problems.values()]
}

function fileProblem({ message, at, through }: PlaybookFailure, playbook: string): Problem {
  const [first = message] = message.trim().split('\n')
  const place = at ?? { file: playbook }
  const chain = distinctPlaces(through, place)
  const isSecret = message.includes('decrypt')
  const text = {
    what: first.replaceAll('/project/', ''),
    why:
      (isSecret
        ? 'nobody gives a password here; what the file says is not known, and the rest is judged'
        : 'Ansible stops here; what this place says is left out, and the rest is judged') +
      (chain.length === 0 ? '' : `; it is reached through ${placesText(chain)}`),
    todo: isSecret ? 'keep only secrets in it' : 'correct this place',
  }
  return (isSecret ? warningAt : errorAt)(codes.playbook, place, text)
}

interface FailedTask {
  readonly trace: TaskTrace
  readonly message: string
  readonly hosts: Set<string>
  /** Other tasks that fail for the same reason. */
  readonly others: Set<string>
}

/** Tasks that fail whatever the hosts answer; one for each reason, with the way to it. */
export function failedTasks({ plays }: Rehearsal): readonly Problem[] {
  const found = new Map<string, FailedTask>()
  for (const trace of plays.flatMap(play => play.tasks)) {
    const place = `${trace.task.at.file}:${trace.task.at.line ?? 0}`
    for (const result of trace.results) {
      if (result.is !== 'failed' || result.isIgnored === true) continue
      const message = str(result.message ?? null)
      const key = isAssertion(trace) ? `${place}\n${message}` : causeOf(message)
      const known = found.get(key) ?? { trace, message, hosts: new Set(), others: new Set() }
      found.set(key, known)
      known.others.add(place)
      for (const host of hostsOf(result)) known.hosts.add(host)
    }
  }
  return [...found.values()].map(failedTask)
}

function isAssertion({ task }: TaskTrace): boolean {
  return ['assert', 'fail'].includes(shortAction(task.action))
}

// The name or attribute that is not there; other errors are told apart by all they say.
function causeOf(message: string): string {
  const missing =
    /'[^']+'(?: object)? (?:is undefined|has no attribute '[^']+')|hostvars\['[^']+'\]/.exec(
      message,
    )
  return missing?.[0] ?? message
}

function failedTask({ trace, message, hosts, others }: FailedTask): Problem {
  const { task, name } = trace
  const more = others.size - 1
  const same = more === 0 ? '' : ` (and ${more} more ${more === 1 ? 'task' : 'tasks'} for that)`
  const isRefused = isAssertion(trace)
  const [first = ''] = message.trim().split('\n')
  return errorAt(codes.playbookFails, task.at, {
    what: `task "${name}" fails on ${someHosts([...hosts])}${same}: ${first}`,
    why:
      (isRefused ? 'the playbook refuses this inventory' : 'its templates cannot be evaluated') +
      `; it is reached through ${placesText(placesAbove(trace.task))}`,
    todo: isRefused
      ? 'correct the inventory; the condition stands in the task'
      : 'set the variable, or give it a default',
  })
}
