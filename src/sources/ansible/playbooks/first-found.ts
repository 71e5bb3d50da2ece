// with_first_found: the first of several files that is there. Port of ansible-core 2.18
// plugins/lookup/first_found.py and parsing/dataloader.py path_dwim_relative_stack.

import { folderOf, joinPath } from '../files.ts'
import { str } from '../templating/python/represent.ts'
import { truth } from '../templating/python/iterate.ts'
import { isList, isMapping, type Value } from '../values.ts'
import { depChainOf } from './inherit.ts'
import type { Task } from './model.ts'
import { type PlaybookTree, pathInTree, treeRoot } from './tree.ts'

/** A list of one path, an empty list where none may be there, or undefined. */
export function firstFound(
  task: Task,
  terms: readonly Value[],
  tree: PlaybookTree,
): readonly Value[] | undefined {
  const { names, skips } = namesOf(terms)
  const kind = ['template', 'var'].find(each => task.action.includes(each)) ?? 'file'
  for (const name of names) {
    const found = candidates(task, name, `${kind}s`).find(path => tree.isFile(path))
    if (found !== undefined) return [`${treeRoot}/${found}`]
  }
  return skips ? [] : undefined
}

function namesOf(terms: readonly Value[]): {
  readonly names: readonly string[]
  readonly skips: boolean
} {
  let skips = false
  const names = terms.flatMap((term): readonly string[] => {
    if (!isMapping(term)) return isList(term) ? term.map(str) : [str(term)]
    skips = skips || truth(term.get('skip') ?? false)
    const files = parts(term.get('files'))
    const paths = parts(term.get('paths'))
    return paths.length === 0
      ? files
      : paths.flatMap(path => files.map(file => joinPath(path, file)))
  })
  return { names, skips }
}

function parts(value: Value | undefined): readonly string[] {
  if (value === undefined || value === null) return []
  if (isList(value)) return value.map(str)
  return str(value)
    .split(/[,;]/)
    .filter(part => part !== '')
}

// Roles that lead to the task, the innermost first; the folder of the file; the playbook.
function candidates(task: Task, name: string, folder: string): readonly string[] {
  if (name.startsWith('/')) return [pathInTree(name) ?? name]
  const roles = [...(depChainOf(task) ?? [])].reverse().map(role => role.path)
  const own = task.role === undefined ? [] : [task.role.path]
  const stack = [...new Set([...own, ...roles, folderOf(task.at.file)])]
  const isNamed = name.split('/')[0] === folder
  const beside = (path: string): readonly string[] => [
    ...(isNamed ? [] : [joinPath(joinPath(path, folder), name)]),
    joinPath(path, name),
  ]
  return [...stack, task.play.folder].flatMap(beside)
}
