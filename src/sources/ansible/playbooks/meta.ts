// Tasks that steer the run: `meta`. Port of ansible-core 2.16 and 2.18 plugins/strategy/__init__.py
// _execute_meta.

import { evaluateConditions } from '../templating/conditions.ts'
import { str } from '../templating/python/represent.ts'
import { PlaybookFailure } from './failure.ts'
import { inheritedListAtRun } from './inherit.ts'
import type { Task } from './model.ts'
import type { PlayRun } from './play-run.ts'
import type { Session } from './session.ts'

/** Actions that every host does for itself. */
const perHost: ReadonlySet<string> = new Set([
  'noop',
  'reset_connection',
  'end_host',
  'role_complete',
  'flush_handlers',
  'end_role',
])

export interface MetaOutcome {
  readonly isOncePerTask: boolean
  /** Why nothing was done. */
  readonly skipReason?: string
}

/** What the conditions of a meta task come to on a host. */
export function metaVerdict({ store }: Session, task: Task, host: string): string {
  const conditions = inheritedListAtRun(task, 'when')
  if (conditions.length === 0) return ''
  const verdict = evaluateConditions(conditions, store.scope(task.play, host, task))
  return 'result' in verdict ? String(verdict.result) : Object.keys(verdict).join(' ')
}

/** Does a meta task for a host. */
export function runMeta(session: Session, run: PlayRun, task: Task, host: string): MetaOutcome {
  const action = str(task.rawParams ?? '')
  const isOncePerTask = !perHost.has(action)
  const holds = (): boolean => {
    const conditions = inheritedListAtRun(task, 'when')
    if (conditions.length === 0) return true
    const verdict = evaluateConditions(conditions, session.store.scope(task.play, host, task))
    if ('error' in verdict) throw new PlaybookFailure(verdict.error, 1, task.at)
    return 'result' in verdict && verdict.result
  }
  const run_ = actions[action]
  if (run_ === undefined || (action === 'end_role' && session.tree.version === '2.16')) {
    throw new PlaybookFailure(`invalid meta action requested: ${action}`, 1, task.at)
  }
  if (run_.isUnconditional !== true && !holds()) {
    return {
      isOncePerTask,
      skipReason: `${action} conditional evaluated to False${run_.skipped({ host, task })}`,
    }
  }
  run_.run({ session, run, task, host })
  return { isOncePerTask }
}

interface MetaCall {
  readonly session: Session
  readonly run: PlayRun
  readonly task: Task
  readonly host: string
}

interface MetaAction {
  readonly isUnconditional?: boolean
  readonly skipped: (call: { readonly host: string; readonly task: Task }) => string
  readonly run: (call: MetaCall) => void
}

function endAll({ session, run }: MetaCall): void {
  for (const host of run.hosts) if (!session.unreachableHosts.has(host)) run.endHost(host)
}

const nothing: MetaAction = { isUnconditional: true, skipped: () => '', run: () => undefined }

const actions: Readonly<Record<string, MetaAction>> = {
  noop: nothing,
  reset_connection: nothing,
  refresh_inventory: nothing,
  flush_handlers: {
    skipped: ({ host }) => `, not running handlers for ${host}`,
    run: ({ session, run, host }) => {
      const state = run.state(host)
      for (const name of state.notifications) {
        for (const handler of session.findHandlers(run, name))
          session.notifyHost(run, handler, host, state.doubts.get(name))
      }
      state.notifications = []
      state.doubts = new Map()
      if (state.run === 'handlers' || session.unreachableHosts.has(host)) return
      state.beforeFlush = state.run
      state.run = 'handlers'
    },
  },
  clear_facts: {
    skipped: ({ host }) => `, not clearing facts and fact cache for ${host}`,
    run: ({ session, run }) => {
      for (const host of run.hosts) session.store.clearFacts(host)
    },
  },
  clear_host_errors: {
    skipped: ({ host }) => `, not clearing host error state for ${host}`,
    run: ({ session, run }) => {
      for (const host of run.hosts) {
        session.failedHosts.delete(host)
        session.unreachableHosts.delete(host)
        run.failedHosts.delete(host)
        run.clearErrors(host)
      }
    },
  },
  end_batch: { skipped: () => ', continuing current batch', run: endAll },
  end_play: {
    skipped: () => ', continuing play',
    run: call => {
      endAll(call)
      call.run.endsPlay = true
    },
  },
  end_host: {
    skipped: ({ host }) => `, continuing execution for ${host}`,
    run: ({ run, host }) => run.endHost(host),
  },
  role_complete: {
    isUnconditional: true,
    skipped: () => '',
    run: ({ session, task, host }) => {
      if (task.role === undefined) return
      const role = session.sameRole(task, task.role)
      if (role.tookPartOn.has(host)) role.completedOn.add(host)
    },
  },
  end_role: {
    skipped: ({ host, task }) => `continuing role ${task.role?.name ?? ''} for ${host}`,
    run: ({ run, host }) => {
      for (;;) {
        const { state, task } = run.peek(host)
        const isEnd =
          task === undefined || (task.action === 'meta' && task.rawParams === 'role_complete')
        if (isEnd) return
        run.setState(host, state)
      }
    },
  },
}
