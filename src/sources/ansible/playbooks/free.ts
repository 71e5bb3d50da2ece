// The strategies `free` and `host_pinned`: hosts go on without waiting for one another. Port of
// ansible-core 2.18 plugins/strategy/free.py, host_pinned.py with one fork.

import { gatherIncludes, readInclude } from './includes.ts'
import { defaultName, throttleOf } from './linear.ts'
import { runMeta } from './meta.ts'
import { isInclude, shortAction, type Task } from './model.ts'
import type { PlayRun } from './play-run.ts'
import type { HostResult, Session } from './session.ts'
import { selectTasks } from './tags.ts'
import type { TaskTrace } from './trace.ts'

/** Runs a play host by host; with `isPinned` each host ends the play before the next begins. */
export function runFree(
  session: Session,
  run: PlayRun,
  all: readonly string[],
  isPinned: boolean,
): void {
  const traces = new Map<number, TaskTrace>()
  const step = (host: string): boolean => {
    session.updateHosts(run, all)
    const { state, task } = run.peek(host)
    run.setState(host, state)
    if (task === undefined) return false
    if (session.hasRoleRun(task, host)) return true
    const notified = [host]
    const trace = traceOf(session, run, task, { host, traces: isPinned ? new Map() : traces })
    if (shortAction(task.action) === 'meta') {
      const { skipReason } = runMeta(session, run, task, host)
      if (skipReason !== undefined) trace?.results.push({ host, is: 'skipped', reason: skipReason })
    } else if (trace !== undefined) {
      for (const result of session.runTask(run, task, host, trace)) {
        bring(session, run, result)
        if (result.host !== host) notified.push(result.host)
      }
    }
    if (task.isHandler) {
      for (const each of notified) {
        task.notifiedHosts.splice(task.notifiedHosts.indexOf(each), 1)
      }
    }
    return true
  }
  if (isPinned) {
    for (const host of run.hosts) while (!session.unreachableHosts.has(host) && step(host));
    return
  }
  let isBusy = true
  while (isBusy) {
    isBusy = false
    for (const host of session.hostsLeft(run)) if (step(host)) isBusy = true
  }
}

function traceOf(
  session: Session,
  run: PlayRun,
  task: Task,
  { host, traces }: { readonly host: string; readonly traces: Map<number, TaskTrace> },
): TaskTrace | undefined {
  if (task.isImplicit) return undefined
  const known = traces.get(task.id)
  if (known !== undefined) return known
  const name = session.nameOf(task, host)
  const shown = name === '' ? defaultName(session, task) : name
  const trace = run.start(task, shown, throttleOf(session, task, host))
  traces.set(task.id, trace)
  return trace
}

function bring(session: Session, run: PlayRun, result: HostResult): void {
  if (!isInclude(result.task)) return
  for (const included of gatherIncludes([result], session.reader, session.store)) {
    const blocks = readInclude(included, session.reader).map(block =>
      selectTasks(block, run.tags, run.evaluateTags),
    )
    run.refreshHandlers()
    session.recaps.count(result.host, 'ok')
    run.trace.tasks.at(-1)?.included.push({ file: included.name, hosts: included.hosts })
    run.addBlocks(result.host, blocks)
  }
}
