// The action of a task and its arguments. Port of ansible-core 2.18 parsing/mod_args.py and
// parsing/splitter.py.

import type { Location } from '../../../base/problem.ts'
import { isMapping, type Mapping, textOf, type Value } from '../values.ts'
import { str } from '../templating/python/represent.ts'
import { PlaybookFailure } from './failure.ts'
import { taskKeywords } from './keywords.ts'
import { isKnownModule } from './known-modules.ts'
import { shortAction } from './model.ts'

export interface Action {
  readonly action: string
  readonly args: ReadonlyMap<string, Value>
  readonly delegateTo: Value | undefined
}

/** Actions that take parameters without a name. */
const rawParams: ReadonlySet<string> = new Set(
  (
    'command win_command shell win_shell script raw include_tasks include_role import_tasks ' +
    'import_role include_vars include import_playbook meta add_host group_by set_fact'
  ).split(' '),
)

/** Free-form actions whose whole line is one parameter. */
const freeForm: ReadonlySet<string> = new Set(
  'command win_command shell win_shell script raw'.split(' '),
)

const order =
  'include_tasks, group_by, set_fact, raw, import_tasks, win_shell, shell, win_command, command, ' +
  'script, include_vars, include_role, meta, import_role, add_host'

/** The action that a task names; fails where there is none, or more than one. */
export function parseAction(
  task: Mapping,
  at: Location,
  { isHandler, modules }: { readonly isHandler: boolean; readonly modules: ReadonlySet<string> },
): Action {
  let found: { name: string; value: Value; delegateTo: Value | undefined } | undefined
  const claim = (name: string, value: Value, delegateTo?: Value): void => {
    if (found !== undefined) {
      throw new PlaybookFailure(`conflicting action statements: ${found.name}, ${name}`, 4, at)
    }
    found = { name, value, delegateTo }
  }
  let extra = task.get('args')
  const action = task.get('action')
  if (action !== undefined) {
    const [name, value] = splitAction(action, at)
    claim(name, value, task.get('delegate_to'))
  }
  const local = task.get('local_action')
  if (local !== undefined) {
    const [name, value] = splitAction(local, at)
    claim(name, value, 'localhost')
  }
  for (const [key, value] of task) {
    const name = str(key)
    if (taskKeywords.has(name) || name.startsWith('with_')) continue
    if (isHandler && name === 'listen') continue
    claim(name, value, task.get('delegate_to'))
  }
  if (found === undefined) throw new PlaybookFailure('no module/action detected in task.', 4, at)
  if (!isKnownModule(found.name) && !modules.has(found.name)) {
    throw new PlaybookFailure(
      `couldn't resolve module/action '${found.name}'. This often indicates a misspelling, missing ` +
        'collection, or incorrect module path.',
      4,
      at,
    )
  }
  if (typeof extra === 'string') extra = new Map<Value, Value>([['_variable_params', extra]])
  return finished(found, extra, at)
}

function finished(
  found: { name: string; value: Value; delegateTo: Value | undefined },
  extra: Value | undefined,
  at: Location,
): Action {
  const args = new Map<string, Value>()
  if (extra !== undefined && isMapping(extra)) {
    for (const [key, value] of extra) args.set(str(key), value)
  }
  for (const [key, value] of argsOf(found.name, found.value)) args.set(key, value)
  const raw = args.get('_raw_params')
  const short = shortAction(found.name)
  if (raw !== undefined && raw !== '' && !rawParams.has(short)) {
    const text = textOf(raw)
    if (text?.includes('{{') === true) {
      args.delete('_raw_params')
      args.set('_variable_params', raw)
    } else if (short !== 'include') {
      throw extraParams(found.name, at)
    }
  }
  return { action: found.name, args, delegateTo: found.delegateTo }
}

/** The error of parameters without a name that an action does not take. */
export function extraParams(name: string, at: Location): PlaybookFailure {
  return new PlaybookFailure(
    `this task '${name}' has extra params, which is only allowed in the following modules: ${order}`,
    4,
    at,
  )
}

function splitAction(value: Value, at: Location): readonly [string, Value] {
  if (isMapping(value)) {
    const name = value.get('module')
    const rest = new Map([...value].filter(([key]) => key !== 'module'))
    if (name === undefined) throw new PlaybookFailure('no module/action detected in task.', 4, at)
    return [str(name), rest]
  }
  const text = str(value).trim()
  const space = text.search(/\s/)
  return space < 0 ? [text, null] : [text.slice(0, space), text.slice(space + 1)]
}

function argsOf(action: string, value: Value): ReadonlyMap<string, Value> {
  if (value === null) return new Map()
  if (isMapping(value)) return new Map([...value].map(([key, each]) => [str(key), each] as const))
  const text = textOf(value)
  if (text === undefined) return new Map([['_raw_params', value]])
  return parsePairs(text, freeForm.has(shortAction(action)))
}

const freeOptions = new Set(['creates', 'removes', 'chdir', 'executable', 'warn', 'stdin'])

/** The arguments of a line `path=/x state=present`. */
export function parsePairs(text: string, isFreeForm = false): Map<string, Value> {
  const args = new Map<string, Value>()
  const raw: string[] = []
  for (const word of words(text)) {
    const pair = /^([A-Za-z_][\w.]*)\s*=\s*([\s\S]*)$/.exec(word)
    const key = pair?.[1]
    if (pair === null || key === undefined || (isFreeForm && !freeOptions.has(key))) raw.push(word)
    else args.set(key, unquoted(pair[2] ?? ''))
  }
  if (raw.length > 0) args.set('_raw_params', isFreeForm ? freeText(text, args) : raw.join(' '))
  return args
}

function freeText(text: string, args: ReadonlyMap<string, Value>): string {
  return args.size === 0
    ? text
    : words(text)
        .filter(word => !args.has(word.split('=')[0] ?? ''))
        .join(' ')
}

function unquoted(text: string): string {
  const isQuoted = /^'[\s\S]*'$|^"[\s\S]*"$/.test(text) && text.length > 1
  return isQuoted ? text.slice(1, -1) : text
}

/** Words of a line; quotes and template braces keep spaces together. */
function words(text: string): readonly string[] {
  const found: string[] = []
  let word = ''
  let quote = ''
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string
    const two = text.slice(at, at + 2)
    if (quote === '' && (two === '{{' || two === '{%' || two === '{#')) depth += 1
    if (quote === '' && (two === '}}' || two === '%}' || two === '#}')) depth -= 1
    if (quote !== '') {
      if (character === quote && text[at - 1] !== '\\') quote = ''
    } else if (depth <= 0 && (character === '"' || character === "'")) quote = character
    if (/\s/.test(character) && quote === '' && depth <= 0 && !/[}%#]$/.test(two)) {
      if (word !== '') found.push(word)
      word = ''
    } else word += character
  }
  if (word !== '') found.push(word)
  return found
}
