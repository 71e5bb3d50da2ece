// Actions of the controller whose result no installer looks at.

import { resultOf } from '../result.ts'
import type { ControllerAction } from './action.ts'

export const setStats = {
  name: 'set_stats',
  doc: 'Sets figures of the recap.',
  run: () => resultOf({ changed: false }),
} satisfies ControllerAction

export const validateArgumentSpec = {
  name: 'validate_argument_spec',
  doc: 'Checks the arguments of a role.',
  run: () => resultOf({ changed: false, msg: 'The arg spec validation passed' }),
} satisfies ControllerAction

export const pause = {
  name: 'pause',
  doc: 'Waits.',
  isOncePerTask: true,
  run: () => resultOf({ changed: false }),
} satisfies ControllerAction
