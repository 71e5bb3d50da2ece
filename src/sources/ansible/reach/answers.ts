// What modules give when nobody asks the hosts: assumed facts, and results that are not known. A
// reason never names the host, so that hosts that are alike stay alike.

import type { Answers, ModuleCall } from '../playbooks/answers.ts'
import { shortAction } from '../playbooks/model.ts'
import { type Result, resultOf } from '../playbooks/result.ts'
import { str } from '../templating/python/represent.ts'
import { Unknown } from '../templating/special.ts'
import type { Value } from '../values.ts'

const gathering: ReadonlySet<string> = new Set(['setup', 'gather_facts'])

/** Modules that give facts of their own, by the prefix of their names. */
const others: Readonly<Record<string, readonly string[]>> = {
  getent: [],
  package_facts: ['packages'],
  service_facts: ['services'],
}

/** Answers with these facts for every host; everything else is not known, and no task fails. */
export function unaskedAnswers(facts: ReadonlyMap<Value, Value>): Answers {
  return call => {
    const action = shortAction(call.task.action).split('.').at(-1) ?? ''
    if (gathering.has(action)) {
      return resultOf({ changed: false, failed: false, ansible_facts: facts })
    }
    const given = factsGivenBy(action, call)
    const unknown = new Unknown([reasonOf(call)])
    return resultOf({
      changed: unknown,
      rc: unknown,
      failed: false,
      skipped: false,
      _open: unknown,
      ...(given !== undefined && { ansible_facts: given }),
    })
  }
}

function reasonOf({ task }: ModuleCall): string {
  const name = task.shownName ?? ''
  return `the result of ${task.action}${name === '' ? '' : ` "${name}"`}`
}

function factsGivenBy(action: string, call: ModuleCall): Result | undefined {
  const names = Object.hasOwn(others, action) ? others[action] : undefined
  if (names === undefined) return undefined
  const all = action === 'getent' ? [`getent_${str(call.args.get('database') ?? '')}`] : names
  const unknown = new Unknown([reasonOf(call)])
  return new Map(all.map(name => [name, unknown]))
}
