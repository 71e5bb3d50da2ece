// set_fact gives variables to the host. Port of ansible-core 2.18 plugins/action/set_fact.py.

import { evaluate } from '../../templating/evaluate.ts'
import { str } from '../../templating/python/represent.ts'
import type { Value } from '../../values.ts'
import { resultOf } from '../result.ts'
import type { ControllerAction } from './action.ts'

const words: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['false', false],
  ['no', false],
])

export const setFact = {
  name: 'set_fact',
  doc: 'Sets variables of the host for the rest of the run.',
  run: ({ args, scope }) => {
    const facts = new Map<Value, Value>()
    for (const [key, value] of args) {
      if (key === 'cacheable' || key === '_raw_params') continue
      const evaluated = evaluate(key, scope)
      const name = 'value' in evaluated ? str(evaluated.value) : key
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
        return resultOf({
          failed: true,
          msg: `The variable name '${name}' is not valid. Variables must start with a letter or underscore character, and contain only letters, numbers and underscores.`,
        })
      }
      // Before 2.19 these texts become booleans.
      const word =
        typeof value === 'string' && !scope.isNative ? words.get(value.toLowerCase()) : undefined
      facts.set(name, word ?? value)
    }
    if (facts.size === 0) {
      return resultOf({
        failed: true,
        msg: 'No key/value pairs provided, at least one is required for this action to succeed',
      })
    }
    return resultOf({ changed: false, ansible_facts: facts })
  },
} satisfies ControllerAction
