// with_first_found and with_fileglob: files that are there. Port of ansible-core 2.18
// plugins/lookup/first_found.py, fileglob.py and parsing/dataloader.py path_dwim_relative_stack.

import { folderOf, joinPath, normalPath } from '../files.ts'
import { globExpression } from '../inventory/expressions.ts'
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
    // 2.16 gives the path as it was searched for.
    const shown = tree.version === '2.16' ? found : normalPath(found ?? '')
    if (found !== undefined) return [`${treeRoot}/${shown}`]
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

// Roles that lead to the task, the innermost first; the folder of the file.
function searched(task: Task): readonly string[] {
  const roles = [...(depChainOf(task) ?? [])].reverse().map(role => role.path)
  const own = task.role === undefined ? [] : [task.role.path]
  return [...new Set([...own, ...roles, folderOf(task.at.file)])]
}

// The folders that are searched, then that of the playbook.
function candidates(task: Task, name: string, folder: string): readonly string[] {
  if (name.startsWith('/')) return [pathInTree(name) ?? name]
  const isNamed = name.split('/')[0] === folder
  const beside = (path: string): readonly string[] => [
    ...(isNamed ? [] : [joinPath(joinPath(path, folder), name)]),
    joinPath(path, name),
  ]
  return [...searched(task), task.play.folder].flatMap(beside)
}

/** The files of the first folder that has any for a pattern, for each pattern. */
export function fileGlob(
  task: Task,
  terms: readonly Value[],
  tree: PlaybookTree,
): readonly Value[] {
  return terms.flatMap(term => {
    const pattern = str(term)
    const name = pattern.slice(pattern.lastIndexOf('/') + 1)
    for (const folder of globFolders(task, folderOf(pattern), tree)) {
      const expression = globExpression(name)
      const found = tree.files.list(normalPath(folder)).filter(file => {
        return expression?.test(file) === true && tree.isFile(joinPath(folder, file))
      })
      if (found.length > 0) return found.map(file => `${treeRoot}/${joinPath(folder, file)}`)
    }
    return []
  })
}

function globFolders(task: Task, folder: string, tree: PlaybookTree): readonly string[] {
  if (folder.startsWith('/')) return [pathInTree(folder) ?? folder]
  const all = [...searched(task), task.play.folder]
  if (folder === '') return all.flatMap(path => [joinPath(path, 'files'), path])
  const named = all.flatMap(path => [
    joinPath(joinPath(path, 'files'), folder),
    joinPath(path, folder),
  ])
  return named.filter(path => tree.exists(path)).slice(0, 1)
}
