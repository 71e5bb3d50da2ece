// What a rehearsal says is wrong: files that cannot be used, and tasks that fail by what the
// inventory says.

import type { Problem } from '../../../base/problem.ts'
import { codes, errorAt, warningAt } from '../../problems.ts'
import type { PlaybookFailure } from '../playbooks/failure.ts'
import { shortAction } from '../playbooks/model.ts'
import type { TaskTrace } from '../playbooks/trace.ts'
import { str } from '../templating/python/represent.ts'
import { chainOf, hostsOf, type Rehearsal } from './reach.ts'
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

function fileProblem({ message, at }: PlaybookFailure, playbook: string): Problem {
  const [first = message] = message.trim().split('\n')
  const isSecret = message.includes('decrypt')
  const text = {
    what: first.replaceAll('/project/', ''),
    why: isSecret
      ? 'nobody gives a password here; what the file says is not known, and the rest is judged'
      : 'Ansible stops here; what this place says is left out, and the rest is judged',
    todo: isSecret ? 'keep only secrets in it' : 'correct this place',
  }
  return (isSecret ? warningAt : errorAt)(codes.playbook, at ?? { file: playbook }, text)
}

/** Tasks that fail whatever the hosts answer, each with its message and the way to it. */
export function failedTasks({ plays }: Rehearsal): readonly Problem[] {
  const found = new Map<string, { trace: TaskTrace; message: string; hosts: Set<string> }>()
  for (const trace of plays.flatMap(play => play.tasks)) {
    for (const result of trace.results) {
      if (result.is !== 'failed' || result.isIgnored === true) continue
      const message = str(result.message ?? null)
      const { file, line } = trace.task.at
      const key = `${file}:${line ?? 0}\n${message}`
      const known = found.get(key) ?? { trace, message, hosts: new Set<string>() }
      found.set(key, known)
      for (const host of hostsOf(result)) known.hosts.add(host)
    }
  }
  return [...found.values()].map(({ trace, message, hosts }) => {
    const { task, name } = trace
    const isAssertion = ['assert', 'fail'].includes(shortAction(task.action))
    return errorAt(codes.playbookFails, task.at, {
      what: `task "${name}" fails on ${someHosts([...hosts])}: ${message.trim().split('\n')[0] ?? ''}`,
      why:
        (isAssertion
          ? 'the playbook refuses this inventory'
          : 'its templates cannot be evaluated') +
        `; it is reached through ${placesText(chainOf(trace))}`,
      todo: isAssertion
        ? 'correct the inventory; the condition stands in the task'
        : 'set the variable, or give it a default',
    })
  })
}
