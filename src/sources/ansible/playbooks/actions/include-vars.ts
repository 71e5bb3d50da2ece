// include_vars reads variables of files. Port of ansible-core 2.18 plugins/action/include_vars.py.

import { joinPath, normalPath } from '../../files.ts'
import { str } from '../../templating/python/represent.ts'
import { isMapping, type Value } from '../../values.ts'
import { PlaybookFailure } from '../failure.ts'
import { resultOf } from '../result.ts'
import { pathInTree } from '../tree.ts'
import type { ActionContext, ControllerAction } from './action.ts'

function load(context: ActionContext, path: string): ReadonlyMap<Value, Value> {
  const value = context.tree.load(path)
  if (value === null) return new Map()
  if (isMapping(value)) return value
  throw new PlaybookFailure(`${path} must be stored as a dictionary/hash`, 1)
}

// Beside the role's `vars/`, the tasks and the playbook.
function findFile({ task, tree }: ActionContext, name: string): string | undefined {
  if (name.startsWith('/')) {
    const path = pathInTree(name) ?? name
    return tree.isFile(path) ? path : undefined
  }
  const base = task.play.folder
  const folders = task.role === undefined ? [base] : [task.role.path, base]
  const here = task.at.file.includes('/')
    ? task.at.file.slice(0, task.at.file.lastIndexOf('/'))
    : ''
  const candidates = [...folders, here].flatMap(folder => [
    joinPath(joinPath(folder, 'vars'), name),
    joinPath(folder, name),
  ])
  return candidates.map(normalPath).find(path => tree.isFile(path))
}

export const includeVars = {
  name: 'include_vars',
  doc: 'Reads variables of a file or folder.',
  run: context => {
    const { args, tree, task } = context
    const folder = args.get('dir')
    const facts = new Map<Value, Value>()
    try {
      if (folder === undefined) {
        const name = str(args.get('file') ?? args.get('_raw_params') ?? '')
        const path = findFile(context, name)
        if (path === undefined) {
          return resultOf({
            failed: true,
            msg: `Could not find or access '${name}' on the Ansible Controller.`,
          })
        }
        for (const [key, value] of load(context, path)) facts.set(key, value)
      } else {
        const base = joinPath(
          task.role === undefined ? task.play.folder : joinPath(task.role.path, 'vars'),
          str(folder),
        )
        for (const file of tree.files.list(normalPath(base))) {
          if (!/\.(?:ya?ml|json)$/.test(file)) continue
          for (const [key, value] of load(context, joinPath(base, file))) facts.set(key, value)
        }
      }
    } catch (error) {
      if (!(error instanceof PlaybookFailure)) throw error
      return resultOf({ failed: true, msg: error.message })
    }
    const name = args.get('name')
    const shown = name === undefined ? facts : new Map<Value, Value>([[str(name), facts]])
    return resultOf({ changed: false, ansible_facts: shown })
  },
} satisfies ControllerAction
