// Filters on paths. Port of Python 3.11 posixpath and ntpath as ansible-core 2.18
// plugins/filter/core.py uses them.

import { Tuple, type Value } from '../../values.ts'
import { TemplateFailure, UnknownSignal } from '../failures.ts'
import { type Plugin, type Plugins, required } from '../plugin.ts'
import { iterate } from '../python/iterate.ts'
import { str } from '../python/represent.ts'
import { characters, isSequence, typeName } from '../python/types.ts'
import { Unknown } from '../special.ts'

function mapped(change: (path: string) => Value): Plugin {
  return {
    run: input => {
      const path = characters(input)
      if (path !== undefined) return change(path)
      const type = typeName(input)
      throw new TemplateFailure(`expected str, bytes or os.PathLike object, not ${type}`)
    },
  }
}

function dirname(path: string): string {
  const head = path.slice(0, path.lastIndexOf('/') + 1)
  return /^\/*$/.test(head) ? head : head.replace(/\/+$/, '')
}

/** `os.path.join`. */
export function joinPaths(parts: readonly string[]): string {
  return parts.reduce((path, part) => {
    if (part.startsWith('/') || path === '') return part
    return path.endsWith('/') ? path + part : `${path}/${part}`
  }, '')
}

/** `os.path.normpath`. */
export function normalizePath(path: string): string {
  if (path === '') return '.'
  const root =
    path.startsWith('//') && !path.startsWith('///') ? '//' : path.startsWith('/') ? '/' : ''
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..' || (root === '' && parts.length === 0) || parts.at(-1) === '..')
      parts.push(part)
    else parts.pop()
  }
  const body = parts.filter(part => root === '' || part !== '..').join('/')
  return root + body === '' ? '.' : root + body
}

function splitext(path: string): Value {
  const slash = path.lastIndexOf('/')
  const dot = path.lastIndexOf('.')
  const name = path.slice(slash + 1, dot)
  if (dot <= slash || /^\.*$/.test(name)) return new Tuple([path, ''])
  return new Tuple([path.slice(0, dot), path.slice(dot)])
}

function relative(path: string, start: string): string {
  const to = normalizePath(path)
    .split('/')
    .filter(part => part !== '' && part !== '.')
  const from = normalizePath(start)
    .split('/')
    .filter(part => part !== '' && part !== '.')
  let common = 0
  while (common < to.length && common < from.length && to[common] === from[common]) common += 1
  const up = from.slice(common).map(() => '..')
  const all = [...up, ...to.slice(common)]
  return all.length === 0 ? '.' : all.join('/')
}

function commonPath(paths: readonly string[]): string {
  const split = paths.map(path => path.split('/').filter(part => part !== '' && part !== '.'))
  const [first = [], ...rest] = split
  let length = 0
  while (length < first.length && rest.every(parts => parts[length] === first[length])) length += 1
  const prefix = paths[0]?.startsWith('/') === true ? '/' : ''
  return prefix + first.slice(0, length).join('/')
}

const onController: Plugin = {
  run: () => {
    throw new UnknownSignal(new Unknown(['a path or variable of the controller']))
  },
}

export const pathFilters: Plugins = {
  basename: mapped(path => path.slice(path.lastIndexOf('/') + 1)),
  dirname: mapped(dirname),
  normpath: mapped(normalizePath),
  realpath: mapped(path => (path.startsWith('/') ? normalizePath(path) : path)),
  expanduser: mapped(path => (path.startsWith('~') ? failOnController() : path)),
  expandvars: mapped(path => (path.includes('$') ? failOnController() : path)),
  relpath: {
    params: 'start!',
    run: (input, [start]) => relative(str(input), str(required(start, 'start'))),
  },
  splitext: mapped(splitext),
  path_join: {
    run: input => {
      const text = characters(input)
      if (text !== undefined) return text
      if (isSequence(input)) return joinPaths(iterate(input).map(str))
      throw new TemplateFailure(
        `|path_join expects string or sequence, got <class '${typeName(input)}'> instead.`,
      )
    },
  },
  commonpath: {
    run: input => {
      if (isSequence(input)) return commonPath(iterate(input).map(str))
      throw new TemplateFailure(
        `|commonpath expects sequence, got <class '${typeName(input)}'> instead.`,
      )
    },
  },
  win_basename: mapped(path => path.replace(/^.*[\\/]/, '')),
  win_dirname: mapped(path => path.replace(/[\\/]+[^\\/]*$/, '')),
  win_splitdrive: mapped(path => {
    const drive = /^[A-Za-z]:/.exec(path)?.[0] ?? ''
    return new Tuple([drive, path.slice(drive.length)])
  }),
  fileglob: onController,
}

function failOnController(): never {
  throw new UnknownSignal(new Unknown(['a path or variable of the controller']))
}
