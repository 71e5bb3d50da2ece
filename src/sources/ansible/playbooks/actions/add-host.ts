// add_host makes a host for the rest of the run. Port of ansible-core 2.18
// plugins/action/add_host.py.

import { str } from '../../templating/python/represent.ts'
import { isList, type Value } from '../../values.ts'
import { resultOf } from '../result.ts'
import type { ControllerAction } from './action.ts'

const own = new Set(['name', 'hostname', 'host', 'groupname', 'groups', 'group', '_raw_params'])

export const addHost = {
  name: 'add_host',
  doc: 'Adds a host to the inventory for the rest of the run.',
  isOncePerTask: true,
  run: ({ args }) => {
    const name = args.get('hostname') ?? args.get('host') ?? args.get('name')
    if (name === undefined) {
      return resultOf({ failed: true, msg: "'name', 'host' or 'hostname' needs to be provided" })
    }
    const given = args.get('groupname') ?? args.get('groups') ?? args.get('group') ?? ''
    const names = isList(given) ? given.map(str) : str(given).split(',')
    const vars = new Map<Value, Value>()
    for (const [key, value] of args) if (!own.has(key)) vars.set(key, value)
    const groups = names.map(each => each.trim()).filter(each => each !== '')
    return resultOf({
      changed: false,
      add_host: new Map<Value, Value>([
        ['host_name', str(name)],
        ['groups', groups],
        ['host_vars', vars],
      ]),
    })
  },
} satisfies ControllerAction
