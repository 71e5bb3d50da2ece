// assert fails unless all its conditions hold. Port of ansible-core 2.18 plugins/action/assert.py.

import { evaluateCondition } from '../../templating/conditions.ts'
import { TemplateFailure, UnknownSignal } from '../../templating/failures.ts'
import { Unknown } from '../../templating/special.ts'
import { isList } from '../../values.ts'
import { resultOf } from '../result.ts'
import type { ControllerAction } from './action.ts'

export const assertAction = {
  name: 'assert',
  doc: 'Fails unless all conditions hold.',
  run: ({ task, args, scope }) => {
    // Conditions are evaluated one by one and not before.
    const that = task.args.get('that')
    if (that === undefined) {
      return resultOf({ failed: true, msg: 'conditional required in "that" string' })
    }
    const message = args.get('fail_msg') ?? args.get('msg') ?? 'Assertion failed'
    let unknown: readonly string[] | undefined
    for (const condition of isList(that) ? that : [that]) {
      const verdict = evaluateCondition(condition, scope)
      if ('error' in verdict) throw new TemplateFailure(verdict.error)
      if ('unknown' in verdict) unknown ??= verdict.unknown
      else if (!verdict.result) {
        return resultOf({ failed: true, evaluated_to: false, assertion: condition, msg: message })
      }
    }
    if (unknown !== undefined) throw new UnknownSignal(new Unknown(unknown))
    return resultOf({ changed: false, msg: args.get('success_msg') ?? 'All assertions passed' })
  },
} satisfies ControllerAction
