// group_by puts the host into a group named by a variable. Port of ansible-core 2.18
// plugins/action/group_by.py.

import { str } from '../../templating/python/represent.ts'
import { isList, type Value } from '../../values.ts'
import { resultOf } from '../result.ts'
import type { ControllerAction } from './action.ts'

function groupName(value: Value): string {
  return str(value).replaceAll(' ', '-')
}

export const groupBy = {
  name: 'group_by',
  doc: 'Puts the host into a group for the rest of the run.',
  run: ({ args }) => {
    const key = args.get('key')
    if (key === undefined) {
      return resultOf({ failed: true, msg: "the 'key' param is required when using group_by" })
    }
    const parents = args.get('parents') ?? ['all']
    return resultOf({
      changed: false,
      add_group: groupName(key),
      parent_groups: (isList(parents) ? parents : [parents]).map(groupName),
    })
  },
} satisfies ControllerAction
