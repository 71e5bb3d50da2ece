// The machine of the recorded runs over real projects: every module succeeds with a canned
// result, and a world says which single tasks answer otherwise.

import type { Answers, ModuleCall } from '../../../src/sources/ansible/playbooks/answers.ts'
import { shortAction } from '../../../src/sources/ansible/playbooks/model.ts'
import { type Result, resultOf } from '../../../src/sources/ansible/playbooks/result.ts'
import { dumpJson } from '../../../src/sources/ansible/templating/python/json.ts'
import { str } from '../../../src/sources/ansible/templating/python/represent.ts'
import { Unknown } from '../../../src/sources/ansible/templating/special.ts'
import { isList, isMapping, type Value } from '../../../src/sources/ansible/values.ts'
import { factsOf } from './facts.ts'
import { fromJson } from './values-json.ts'

/** One line of worlds.jsonl.gz. */
export interface World {
  readonly world: string
  readonly answers: readonly {
    readonly action?: string
    readonly task?: string
    readonly args?: string
    readonly result: Readonly<Record<string, unknown>>
  }[]
}

const changing = new Set(
  (
    'command shell raw script file copy template lineinfile blockinfile replace get_url unarchive ' +
    'synchronize fetch ini_file apt dnf yum package apt_key apt_repository yum_repository rpm_key pacman zypper ' +
    'service systemd systemd_service user group sysctl modprobe hostname kube'
  ).split(' '),
)

const empty = fromJson({})

function canned(action: string, call: ModuleCall): Readonly<Record<string, Value>> {
  switch (action) {
    case 'setup':
    case 'gather_facts':
      return { ansible_facts: factsOf(call) }
    case 'stat':
      return { stat: fromJson({ exists: false }) }
    case 'find':
      return { files: [], matched: 0, examined: 0 }
    case 'slurp':
      return { content: '', encoding: 'base64' }
    case 'service_facts':
      return { ansible_facts: fromJson({ services: {} }) }
    case 'package_facts':
      return { ansible_facts: fromJson({ packages: {} }) }
    case 'getent':
      return {
        ansible_facts: new Map<Value, Value>([
          [`getent_${str(call.args.get('database') ?? '')}`, empty],
        ]),
      }
    case 'uri':
      return { status: 200 }
    case 'command':
    case 'shell':
    case 'raw':
    case 'script':
      return {
        cmd: call.args.get('_raw_params') ?? call.args.get('cmd') ?? '',
        rc: 0,
        stdout: '',
        stderr: '',
        stdout_lines: [],
        stderr_lines: [],
      }
    default:
      return {}
  }
}

// The arguments as the patterns of a world see them; what is not known stays open.
function argsText(args: ReadonlyMap<string, Value>): string {
  const sorted = [...args].sort(([a], [b]) => (a < b ? -1 : 1))
  return dumpJson(new Map<Value, Value>(sorted.map(([key, value]) => [key, withoutUnknown(value)])))
}

function withoutUnknown(value: Value): Value {
  if (value instanceof Unknown) return '?'
  if (isList(value)) return value.map(withoutUnknown)
  if (!isMapping(value)) return value
  return new Map([...value].map(([key, each]) => [key, withoutUnknown(each)] as const))
}

/** The answers of the recorded machine. */
export function answersIn(world: World | undefined): Answers {
  return call => {
    const { task } = call
    const action = shortAction(task.action).split('.').at(-1) ?? task.action
    const result: Result = resultOf({ changed: changing.has(action), ...canned(action, call) })
    const args = argsText(call.args)
    const name = task.shownName ?? str(task.attributes.get('name') ?? '')
    for (const answer of world?.answers ?? []) {
      const matches = (pattern: string | undefined, text: string): boolean =>
        pattern === undefined || new RegExp(pattern).test(text)
      if (
        !matches(answer.action, action) ||
        !matches(answer.task, name) ||
        !matches(answer.args, args)
      ) {
        continue
      }
      // A failure has nothing of what success would give.
      if (answer.result['failed'] === true) result.clear()
      for (const [key, value] of Object.entries(answer.result)) result.set(key, fromJson(value))
      const text = answer.result['stdout']
      if (typeof text === 'string') result.set('stdout_lines', text === '' ? [] : text.split('\n'))
    }
    // The recorder leaves failed_when aside, unless it is false itself.
    result.set('_isJudged', true)
    return result
  }
}
