// Which programs the tasks of a run call, and which they put where.

import { evaluateConditions } from '../templating/conditions.ts'
import { evaluate } from '../templating/evaluate.ts'
import { truth } from '../templating/python/iterate.ts'
import { str } from '../templating/python/represent.ts'
import { isList, type Value } from '../values.ts'
import type { Answers, ModuleCall } from '../playbooks/answers.ts'
import { inheritedAtRun } from '../playbooks/inherit.ts'
import { type Block, shortAction, type Task } from '../playbooks/model.ts'
import { programAt, programsOfShell } from './commands.ts'
import { broughtBy, programOf, programOfModule } from './programs.ts'

/** A call of a program by a task on a host, or for its class. */
export interface ProgramUse {
  readonly program: string
  /** The host that runs it, where another one does. */
  readonly delegatedTo?: string
  /** What lets the task go on where the program is missing. */
  readonly tolerance?: string
}

/** What tasks did with programs, by task and by the host that led. */
export class ProgramLog {
  readonly uses = new Map<Task, Map<string, ProgramUse[]>>()
  readonly brings = new Map<Task, Map<string, Set<string>>>()

  /** Answers that are noted down. */
  noting(answers: Answers): Answers {
    return call => {
      this.#note(call)
      return answers(call)
    }
  }

  /** The programs that a task brings, by what it did and by its role. */
  broughtBy(task: Task): readonly string[] {
    const own = [...(this.brings.get(task)?.values() ?? [])].flatMap(names => [...names])
    return [...new Set([...own, ...programsOfRole(task)])]
  }

  #note(call: ModuleCall): void {
    const { task, host } = call
    for (const program of calledBy(call)) {
      const use = {
        program,
        ...(call.delegatedTo !== undefined && { delegatedTo: call.delegatedTo }),
        ...tolerated(call),
      }
      const byHost = this.uses.get(task) ?? new Map<string, ProgramUse[]>()
      this.uses.set(task, byHost)
      byHost.set(host, [...(byHost.get(host) ?? []), use])
    }
    for (const program of putBy(call)) {
      const byHost = this.brings.get(task) ?? new Map<string, Set<string>>()
      this.brings.set(task, byHost)
      byHost.set(host, (byHost.get(host) ?? new Set()).add(program))
    }
  }
}

const lineCommands: ReadonlySet<string> = new Set(['command', 'raw'])

function calledBy({ task, args }: ModuleCall): readonly string[] {
  const action = shortName(task.action)
  const own = programOfModule(task.action)
  if (own !== undefined) return [own]
  if (action !== 'shell' && !lineCommands.has(action)) return []
  const argv = args.get('argv')
  const line = args.get('_raw_params') ?? args.get('cmd')
  const words =
    argv !== undefined && isList(argv)
      ? argv.map(textOf)
      : action === 'command'
        ? [
            programAt(
              textOf(line ?? '')
                .trim()
                .split(/\s+/),
            ) ?? '',
          ]
        : programsOfShell(textOf(line ?? ''))
  const called = argv !== undefined && isList(argv) ? words.slice(0, 1) : words
  return [...new Set(called.flatMap(word => programOf(word) ?? []))]
}

function shortName(action: string): string {
  return shortAction(action).split('.').at(-1) ?? action
}

function textOf(value: Value): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/** Modules that put a file where `dest` or `path` says. */
const placing: ReadonlySet<string> = new Set(['copy', 'file', 'get_url', 'template', 'unarchive'])

function putBy({ task, args }: ModuleCall): readonly string[] {
  if (!placing.has(shortName(task.action)) || textOf(args.get('state') ?? '') === 'absent')
    return []
  const dest = textOf(args.get('dest') ?? args.get('path') ?? '')
  const source = textOf(args.get('src') ?? '')
  const last = source.slice(source.lastIndexOf('/') + 1)
  const places = [dest, ...(dest.endsWith('/bin') || dest.endsWith('/') ? [last] : [])]
  const isProgram = /\/s?bin(?:\/|$)/.test(dest)
  return isProgram ? places.flatMap(place => programOf(place) ?? []) : []
}

function tolerated(call: ModuleCall): { readonly tolerance?: string } {
  const { task, args } = call
  if (isSet(call, 'ignore_errors')) return { tolerance: 'ignore_errors' }
  if (isRescued(task)) return { tolerance: 'rescue' }
  if (args.has('removes')) return { tolerance: 'removes' }
  return acceptsFailure(call) ? { tolerance: 'failed_when' } : {}
}

function isSet({ task, scope }: ModuleCall, keyword: string): boolean {
  const value = inheritedAtRun(task, keyword)
  if (value === undefined || value === null) return false
  const evaluated = evaluate(value, scope)
  return 'value' in evaluated && truth(evaluated.value)
}

function isRescued(task: Task): boolean {
  let inner: Task | Block = task
  for (let node = inner.parent; node !== undefined; node = node.parent) {
    if (node.kind === 'block' && node.rescue.length > 0 && node.block.includes(inner)) return true
    inner = node
  }
  return false
}

/** Modules that put programs on a host in a way that their arguments do not name. */
const bringing: ReadonlySet<string> = new Set([
  'apt',
  'command',
  'copy',
  'dnf',
  'get_url',
  'package',
  'shell',
  'template',
  'unarchive',
  'yum',
])

/** The programs that the role of a task brings by it, unless the task takes something away. */
export function programsOfRole({ action, role, at, args }: Task): readonly string[] {
  if (!bringing.has(shortName(action)) || args.get('state') === 'absent') return []
  return /\/tasks\/reset/.test(at.file) ? [] : broughtBy(role?.path, at.file)
}

/** What a module gives where the program is not there. */
const missing = new Map<Value, Value>([
  ['changed', false],
  ['failed', true],
  ['msg', '[Errno 2] No such file or directory'],
  ['stderr', ''],
  ['stderr_lines', []],
  ['stdout', ''],
  ['stdout_lines', []],
])
const codes: Readonly<Record<string, number>> = { command: 2, raw: 127, shell: 127 }

// Whether failed_when lets the failure pass; what cannot be told is taken to pass.
function acceptsFailure({ task, scopeWith }: ModuleCall): boolean {
  const conditions = task.attributes.get('failed_when')
  if (conditions === undefined || conditions === null) return false
  const register = task.attributes.get('register')
  const code = codes[shortName(task.action)] ?? 1
  const result = new Map<Value, Value>([...missing, ['rc', code]])
  const own = new Map<string, Value>(
    register === undefined || register === null ? [] : [[str(register), result]],
  )
  const verdict = evaluateConditions(isList(conditions) ? conditions : [conditions], scopeWith(own))
  return !('result' in verdict && verdict.result)
}
