// debug prints a message or a variable. Port of ansible-core 2.18 plugins/action/debug.py.

import { evaluate } from '../../templating/evaluate.ts'
import { str } from '../../templating/python/represent.ts'
import { Unknown } from '../../templating/special.ts'
import { isList, isMapping, type Value } from '../../values.ts'
import { resultOf } from '../result.ts'
import type { ControllerAction } from './action.ts'

export const debug = {
  name: 'debug',
  doc: 'Prints a message, or the value of a variable.',
  run: ({ args, scope, tree }) => {
    const name = args.get('var')
    if (args.has('msg') && name !== undefined) {
      return resultOf({ failed: true, msg: "'msg' and 'var' are incompatible options" })
    }
    if (name === undefined) return resultOf({ msg: args.get('msg') ?? 'Hello world!' })
    if (isList(name) || isMapping(name)) return resultOf({ [str(name)]: name })
    const text = str(name)
    const evaluated = evaluate(`{{${text}}}`, scope)
    if ('unknown' in evaluated) return resultOf({ [text]: new Unknown(evaluated.unknown) })
    if ('value' in evaluated) return resultOf({ [text]: evaluated.value })
    if (tree.version === '2.19') return resultOf({ [text]: `<< error 1 - ${evaluated.error} >>` })
    const missing: Value = evaluated.isUndefined ? 'VARIABLE IS NOT DEFINED!' : evaluated.error
    return resultOf({ [text]: missing })
  },
} satisfies ControllerAction
