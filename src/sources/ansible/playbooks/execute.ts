// Runs one task on one host: loop, conditions, arguments, action, changed_when and failed_when.
// Port of ansible-core 2.18 executor/task_executor.py.

import { evaluateConditions } from '../templating/conditions.ts'
import { evaluate } from '../templating/evaluate.ts'
import { SyntaxFailure, TemplateFailure, UnknownSignal } from '../templating/failures.ts'
import type { Scope, Watch } from '../templating/scope.ts'
import { runLookup } from '../templating/lookups/registry.ts'
import { str } from '../templating/python/represent.ts'
import { truth } from '../templating/python/iterate.ts'
import { omit, Unknown } from '../templating/special.ts'
import { isList, isMapping, type Value } from '../values.ts'
import { actionOf } from './actions/registry.ts'
import type { Answers } from './answers.ts'
import { inheritedAtRun, inheritedListAtRun } from './inherit.ts'
import { fileGlob, firstFound } from './first-found.ts'
import { type Attributes, type Block, isInclude, shortAction, type Task } from './model.ts'
import { hasFlag, registered, type Result, resultOf } from './result.ts'
import type { PlaybookTree } from './tree.ts'
import type { Scopes } from './variables.ts'

export interface ExecuteOptions {
  readonly store: Scopes
  readonly tree: PlaybookTree
  readonly answers: Answers
  /** Tells what depends on the host itself. */
  readonly watch?: Watch | undefined
  /** Only whether and how the task would run, not what a module gives. */
  readonly isProbe?: boolean
  /** The host that stands for this one in the run. */
  readonly leader?: string
}

/** What of a task depends on variables that differ between hosts. */
export type Part = 'items' | 'conditions' | 'course' | 'values'

/** One item of a loop and what it gave. */
export interface ItemResult {
  readonly item: Value
  readonly label: Value
  readonly vars: Attributes
  readonly result: Result
}

export interface Execution {
  readonly result: Result
  readonly items?: readonly ItemResult[] | undefined
  /** Parts that read a watched variable. */
  readonly watched: ReadonlySet<Part>
}

type Outcome = Omit<Execution, 'watched'>

/** An error of the engine before or instead of a result. */
class ExecutionError {
  readonly message: string

  constructor(message: string) {
    this.message = message
  }
}

/** Runs a task on a host; errors and unknowns are results. */
export function executeTask(task: Task, host: string, options: ExecuteOptions): Execution {
  const executor = new Executor(task, host, options)
  return { ...executor.run(), watched: executor.watched }
}

/** Actions whose arguments decide how the run goes on. */
const steering: ReadonlySet<string> = new Set(['assert', 'group_by', 'include_vars', 'fail'])

// What a module is told and prints differs from host to host and changes nothing.
function partOf(action: string): Part | undefined {
  const short = shortAction(action)
  if (short === 'set_fact') return 'values'
  return steering.has(short) ? 'course' : undefined
}

class Executor {
  readonly #task: Task
  readonly #host: string
  readonly #options: ExecuteOptions
  readonly watched = new Set<Part>()

  constructor(task: Task, host: string, options: ExecuteOptions) {
    this.#task = task
    this.#host = host
    this.#options = options
  }

  // Notes whether what runs reads a watched variable.
  #watching<T>(part: Part | undefined, run: () => T): T {
    const { watch } = this.#options
    if (watch === undefined) return run()
    watch.isTouched = false
    try {
      return run()
    } finally {
      if (watch.isTouched && part !== undefined) this.watched.add(part)
      watch.isTouched = false
    }
  }

  get #isNative(): boolean {
    return this.#options.tree.version === '2.19'
  }

  #scope(vars: Attributes): Scope {
    return this.#options.store.scope(this.#task.play, this.#host, this.#task, vars)
  }

  run(): Outcome {
    let loopError: ExecutionError | undefined
    let items: readonly Value[] | undefined
    try {
      items = this.#watching('items', () => this.#items())
    } catch (error) {
      if (error instanceof UnknownSignal)
        return { result: this.#unknownLoop(error.unknown.reasons) }
      if (!(error instanceof ExecutionError)) throw error
      loopError = error
    }
    if (items === undefined) return { result: this.#guarded(new Map(), loopError) }
    if (items.length === 0) {
      return {
        result: resultOf({
          changed: false,
          skipped: true,
          skipped_reason: 'No items in the list',
          results: [],
        }),
      }
    }
    return this.#loop(items)
  }

  // Without the items nothing is known but a condition that is false whatever they are.
  #unknownLoop(reasons: readonly string[]): Result {
    const vars = new Map<string, Value>([[this.#loopVariable(), new Unknown(reasons)]])
    const verdict = this.#watching('conditions', () =>
      evaluateConditions(inheritedListAtRun(this.#task, 'when'), this.#scope(vars)),
    )
    if ('result' in verdict && !verdict.result) return skipped(verdict.falseCondition)
    return resultOf({
      _unknown: [...reasons],
      results: new Unknown(reasons),
      changed: new Unknown(reasons),
    })
  }

  #value(value: Value, scope: Scope): Value {
    const evaluated = evaluate(value, scope)
    if ('value' in evaluated) return evaluated.value
    if ('unknown' in evaluated) throw new UnknownSignal(new Unknown(evaluated.unknown))
    throw new ExecutionError(this.#errorText(evaluated.error, evaluated.isUndefined))
  }

  // 2.16 and 2.19 word the errors of undefined variables differently.
  #errorText(message: string, isUndefined: boolean): string {
    const { version } = this.#options.tree
    if (version === '2.19') return `Task failed: ${message}`
    return version === '2.16' && isUndefined ? `${message}. ${message}` : message
  }

  #items(): readonly Value[] | undefined {
    const { loop } = this.#task
    if (loop === undefined) return undefined
    const scope = this.#scope(new Map())
    if (loop.with !== undefined) return this.#lookup(loop.with, loop.terms, scope)
    const items = this.#value(loop.terms, scope)
    if (isList(items)) return items
    throw new ExecutionError(
      `Invalid data passed to 'loop', it requires a list, got this instead: ${str(items)}. ` +
        'Hint: If you passed a list/dict of just one element, try adding wantlist=True to your ' +
        'lookup invocation or use q/query instead of lookup.',
    )
  }

  #lookup(name: string, terms: Value, scope: Scope): readonly Value[] {
    if (name === 'first_found') return this.#firstFound(this.#lenient(terms, scope))
    const value = this.#value(terms, scope)
    const list = isList(value) ? value : [value]
    if (name === 'fileglob') return fileGlob(this.#task, list, this.#options.tree)
    try {
      return runLookup(name, list, new Map(), scope)
    } catch (error) {
      if (!(error instanceof TemplateFailure)) throw error
      throw new ExecutionError(error.message)
    }
  }

  // first_found takes names whose variables are not there as they are written.
  #lenient(terms: Value, scope: Scope): readonly Value[] {
    if (isList(terms)) return terms.flatMap(term => this.#lenient(term, scope))
    if (isMapping(terms)) {
      const map = new Map<Value, Value>()
      for (const [key, value] of terms) {
        map.set(
          key,
          isList(value) ? this.#lenient(value, scope) : (this.#lenient(value, scope)[0] ?? null),
        )
      }
      return [map]
    }
    const evaluated = evaluate(terms, scope)
    if ('unknown' in evaluated) throw new UnknownSignal(new Unknown(evaluated.unknown))
    if ('error' in evaluated) return [terms]
    return isList(evaluated.value) ? evaluated.value : [evaluated.value]
  }

  #firstFound(terms: readonly Value[]): readonly Value[] {
    const found = firstFound(this.#task, terms, this.#options.tree)
    if (found !== undefined) return found
    throw new ExecutionError('No file was found when using first_found.')
  }

  #loopVariable(): string {
    const control = this.#control()
    const name = control.get('loop_var')
    return name === undefined || name === null ? 'item' : str(name)
  }

  #control(): ReadonlyMap<Value, Value> {
    const control = this.#task.attributes.get('loop_control')
    return control !== undefined && isMapping(control) ? control : new Map()
  }

  #loop(items: readonly Value[]): Outcome {
    const name = this.#loopVariable()
    const control = this.#control()
    const label = control.get('label') ?? `{{${name}}}`
    const register = this.#registerName()
    const vars = new Map<string, Value>([['ansible_loop_var', name]])
    const results: ItemResult[] = []
    for (const [index, item] of items.entries()) {
      vars.set(name, item)
      const indexName = control.get('index_var')
      if (indexName !== undefined && indexName !== null) {
        vars.set('ansible_index_var', indexName)
        vars.set(str(indexName), index)
      }
      if (truth(control.get('extended') ?? false)) vars.set('ansible_loop', extended(items, index))
      const result = this.#guarded(new Map(vars), undefined)
      // Before 2.19 an error in one item is that of the task, and no other item runs.
      if (result.has('_isError') && !this.#isNative) return { result, items: results }
      if (register !== undefined) vars.set(register, registered(result))
      // The next item sees the facts that this one set.
      const facts = result.get('ansible_facts')
      if (facts !== undefined && isMapping(facts)) {
        for (const [key, value] of facts) vars.set(str(key), value)
      }
      result.set(name, item)
      result.set('ansible_loop_var', name)
      const shown = evaluate(label, this.#scope(vars))
      const own = 'value' in shown ? shown.value : item
      results.push({ item, label: own, vars: new Map(vars), result })
    }
    return { result: this.#combined(results), items: results }
  }

  #combined(results: readonly ItemResult[]): Result {
    const all = results.map(({ result }) => result)
    const combined = resultOf({ results: all.map(registered) })
    const isSkipped = all.every(result => hasFlag(result, 'skipped'))
    combined.set('skipped', isSkipped)
    combined.set(
      'changed',
      all.some(result => hasFlag(result, 'changed')),
    )
    if (all.some(result => hasFlag(result, 'unreachable'))) combined.set('unreachable', true)
    if (all.some(result => hasFlag(result, 'failed'))) {
      combined.set('failed', true)
      combined.set('msg', 'One or more items failed')
    } else combined.set('msg', isSkipped ? 'All items skipped' : 'All items completed')
    const unknown = all.flatMap(result => unknownOf(result) ?? [])
    if (unknown.length > 0) combined.set('_unknown', [...new Set(unknown)])
    const notify = all.flatMap(result => (hasFlag(result, 'changed') ? notifyOf(result) : []))
    if (notify.length > 0) combined.set('_notify', notify)
    return combined
  }

  #registerName(): string | undefined {
    const name = this.#task.attributes.get('register')
    return name === undefined || name === null ? undefined : str(name)
  }

  #guarded(vars: Attributes, loopError: ExecutionError | undefined): Result {
    try {
      return this.#execute(vars, loopError)
    } catch (error) {
      if (error instanceof UnknownSignal) {
        return this.#unknownResult(error.unknown.reasons)
      }
      if (error instanceof TemplateFailure) {
        return resultOf({ failed: true, msg: this.#failureText(error), _isError: true })
      }
      if (error instanceof ExecutionError) {
        return resultOf({ failed: true, msg: error.message, _isError: true })
      }
      throw error
    }
  }

  // Whatever the task would set may be set or not.
  #unknownResult(reasons: readonly string[]): Result {
    const task = this.#task
    const open = new Unknown(reasons, { isDefined: false })
    const result = resultOf({ _unknown: [...reasons], changed: new Unknown(reasons), _open: open })
    if (isInclude(task)) result.set('_include', true)
    const notify = inheritedAtRun(task, 'notify')
    if (notify !== undefined && notify !== null) {
      result.set('_notify', isList(notify) ? notify : [notify])
    }
    if (shortAction(task.action) === 'set_fact') {
      const names = [...task.args.keys()].filter(name => name !== 'cacheable')
      result.set('ansible_facts', new Map<Value, Value>(names.map(name => [name, open])))
    }
    return result
  }

  #failureText(error: TemplateFailure): string {
    if (this.#isNative && !error.message.startsWith('Task failed'))
      return `Task failed: ${error.message}`
    return error instanceof SyntaxFailure
      ? `template error while templating string: ${error.message}`
      : error.message
  }

  #execute(vars: Attributes, loopError: ExecutionError | undefined): Result {
    const task = this.#task
    const scope = this.#scope(vars)
    const verdict = this.#watching('conditions', () =>
      evaluateConditions(inheritedListAtRun(task, 'when'), scope),
    )
    if ('error' in verdict) {
      if (loopError !== undefined) throw loopError
      // 2.16 repeats the reason of an undefined variable.
      const repeats = this.#options.tree.version === '2.16' && verdict.isUndefined
      const why = /\): ([\s\S]*)$/.exec(verdict.error)?.[1] ?? ''
      throw new ExecutionError(repeats ? `${verdict.error}. ${why}` : verdict.error)
    }
    if ('unknown' in verdict) throw new UnknownSignal(new Unknown(verdict.unknown))
    if (!verdict.result) return skipped(verdict.falseCondition)
    if (loopError !== undefined) throw loopError
    const doubt = doubtOf(task, this.#options.leader ?? this.#host)
    if (doubt !== undefined) throw new UnknownSignal(new Unknown(doubt))
    if (isInclude(task)) return this.#watching('course', () => this.#include(scope))
    const part = partOf(this.#task.action)
    this.#checkName(scope)
    if (this.#options.isProbe === true && part === undefined) return resultOf({})
    const result = this.#watching(part, () => {
      const args = this.#args(scope)
      return this.#act(args, scope, vars)
    })
    this.#watching(undefined, () => {
      this.#judge(result, vars)
      this.#notify(result, scope)
    })
    return result
  }

  // 2.19 evaluates the name of the block around a task or around its includes.
  #checkName(scope: Scope): void {
    if (!this.#isNative) return
    let node = this.#task.parent
    while (node?.kind === 'task') node = node.parent
    const name = node?.attributes.get('name')
    if (typeof name !== 'string') return
    const evaluated = evaluate(name, scope)
    if (!('error' in evaluated)) return
    throw new ExecutionError(`Task failed: Error processing keyword 'name': ${evaluated.error}`)
  }

  #include(scope: Scope): Result {
    const task = this.#task
    const result = resultOf({ _include: true })
    if (shortAction(task.action) === 'include_tasks') {
      const name = task.args.get('_raw_params') ?? task.args.get('file')
      if (name === undefined || name === null) {
        return resultOf({ failed: true, msg: 'No include file was specified to the include' })
      }
      result.set('include', this.#value(name, scope))
    }
    result.set('changed', false)
    return result
  }

  #args(scope: Scope): Attributes {
    const args = new Map<string, Value>()
    const isAssert = shortAction(this.#task.action) === 'assert'
    const all = new Map(this.#task.args)
    const splat = all.get('_variable_params')
    if (splat !== undefined) {
      all.delete('_variable_params')
      const value = this.#value(splat, scope)
      if (isMapping(value)) {
        for (const [key, each] of value) if (!all.has(str(key))) args.set(str(key), each)
      } else all.set('_raw_params', value)
    }
    for (const [key, value] of all) {
      if (isAssert && key === 'that') continue
      const evaluated = evaluate(value, scope)
      if ('unknown' in evaluated) args.set(key, new Unknown(evaluated.unknown))
      else if ('error' in evaluated) throw new ExecutionError(this.#argsError(evaluated, key))
      else if (evaluated.value !== omit) args.set(key, withoutOmit(evaluated.value))
    }
    return args
  }

  #argsError({ error, isUndefined }: { error: string; isUndefined: boolean }, key: string): string {
    if (this.#isNative) {
      const name = `ansible.builtin.${shortAction(this.#task.action)}`
      return `Task failed: Finalization of task args for '${name}' failed: Error while resolving value for '${key}': ${error}`
    }
    if (!isUndefined) return error
    const text = 'The task includes an option with an undefined variable'
    const is216 = this.#options.tree.version === '2.16'
    return is216 ? `${text}. The error was: ${error}. ${error}` : `${text}.. ${error}`
  }

  #act(args: Attributes, scope: Scope, vars: Attributes): Result {
    const task = this.#task
    const action = actionOf(task.action)
    const delegate = inheritedAtRun(task, 'delegate_to')
    const delegatedTo = delegate === undefined ? undefined : this.#value(delegate, scope)
    const result =
      action === undefined
        ? this.#options.answers({
            task,
            host: this.#host,
            args,
            scope,
            variablesOf: name => this.#options.store.scope(task.play, name, task),
            scopeWith: more => this.#scope(new Map([...vars, ...more])),
            delegatedTo:
              delegatedTo === undefined || delegatedTo === null ? undefined : str(delegatedTo),
          })
        : action.run({
            task,
            host: this.#host,
            args,
            scope,
            scopeWith: more => this.#scope(new Map([...vars, ...more])),
            tree: this.#options.tree,
          })
    if (!result.has('failed')) {
      const code = result.get('rc')
      result.set(
        'failed',
        code !== undefined && !(code instanceof Unknown) && code !== 0 && code !== '0',
      )
    }
    if (!result.has('changed')) result.set('changed', false)
    if (delegatedTo !== undefined && delegatedTo !== null)
      result.set('_delegated', str(delegatedTo))
    return result
  }

  // changed_when and failed_when see the registered result and new facts.
  #judge(result: Result, vars: Attributes): void {
    if (hasFlag(result, 'unreachable') || hasFlag(result, 'skipped')) return
    const more = new Map(vars)
    const register = this.#registerName()
    const facts = result.get('ansible_facts')
    if (facts !== undefined && isMapping(facts)) {
      for (const [name, value] of facts) more.set(str(name), value)
    }
    const judge = (keyword: 'changed_when' | 'failed_when'): boolean | Unknown | undefined => {
      const conditions = this.#task.attributes.get(keyword)
      if (conditions === undefined || conditions === null) return undefined
      const list = isList(conditions) ? conditions : [conditions]
      if (list.length === 0) return undefined
      // Answers that stand for a real result may already say whether it failed.
      const isDecided = keyword === 'failed_when' && result.has('_isJudged')
      if (isDecided && !list.every(condition => condition === false)) return undefined
      if (register !== undefined) more.set(register, registered(result))
      const verdict = evaluateConditions(list, this.#scope(more))
      if ('result' in verdict) return verdict.result
      if ('unknown' in verdict) return new Unknown(verdict.unknown)
      result.set('failed', true)
      result.set(`${keyword}_result`, verdict.error)
      return undefined
    }
    const changed = judge('changed_when')
    if (changed !== undefined) result.set('changed', changed)
    const failed = judge('failed_when')
    if (failed === undefined) return
    result.set('failed', failed)
    result.set('failed_when_result', failed)
  }

  #notify(result: Result, scope: Scope): void {
    const own = inheritedAtRun(this.#task, 'notify')
    if (own === undefined || own === null) return
    const value = this.#value(own, scope)
    result.set('_notify', isList(value) ? value : [value])
  }
}

/** Why it is not known whether an include above the task takes place, or undefined. */
function doubtOf(task: Task, host: string): readonly string[] | undefined {
  let current: Task | Block | undefined = task.isHandler ? task : task.parent
  while (current !== undefined) {
    const reasons = current.kind === 'task' ? current.doubt?.get(host) : undefined
    if (reasons !== undefined) return reasons
    current = current.parent
  }
  return undefined
}

function skipped(condition: Value): Result {
  return resultOf({
    changed: false,
    skipped: true,
    skip_reason: 'Conditional result was False',
    false_condition: condition,
  })
}

/** Why a result is not known, or undefined. */
export function unknownOf(result: Result): readonly string[] | undefined {
  const reasons = result.get('_unknown')
  return reasons !== undefined && isList(reasons) ? reasons.map(str) : undefined
}

/** The handlers that a result notifies. */
export function notifyOf(result: Result): readonly Value[] {
  const names = result.get('_notify')
  return names !== undefined && isList(names) ? names : []
}

function withoutOmit(value: Value): Value {
  if (isList(value)) return value.filter(each => each !== omit).map(withoutOmit)
  if (!isMapping(value) || Object.getPrototypeOf(value) !== Map.prototype) return value
  const result = new Map<Value, Value>()
  for (const [key, each] of value) if (each !== omit) result.set(key, withoutOmit(each))
  return result
}

function extended(items: readonly Value[], index: number): Value {
  const loop = new Map<Value, Value>([
    ['index', index + 1],
    ['index0', index],
    ['first', index === 0],
    ['last', index + 1 === items.length],
    ['length', items.length],
    ['revindex', items.length - index],
    ['revindex0', items.length - index - 1],
    ['allitems', items],
  ])
  const [before, after] = [items[index - 1], items[index + 1]]
  if (after !== undefined) loop.set('nextitem', after)
  if (before !== undefined) loop.set('previtem', before)
  return loop
}
