// fail ends the host with a message. Port of ansible-core 2.18 plugins/action/fail.py.

import { resultOf } from '../result.ts'
import type { ControllerAction } from './action.ts'

export const fail = {
  name: 'fail',
  doc: 'Fails with a message.',
  run: ({ args }) =>
    resultOf({ failed: true, msg: args.get('msg') ?? 'Failed as requested from task' }),
} satisfies ControllerAction
