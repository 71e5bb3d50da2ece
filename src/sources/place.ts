// Opens what the user named: a file, a folder or the standard input; failures become Problems.

import { type Dirent, lstatSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { compareStrings } from '../base/compare.ts'
import type { Problem } from '../base/problem.ts'
import type { Place } from './framework.ts'
import { codes, errorAt } from './problems.ts'
import { sourceFile } from './source-object.ts'
import { type ReadText, readText } from './yaml/read.ts'

/** Beyond this a file is not read: real release manifests stay under 5 MiB. */
export const fileBytesMax = 32 * 1024 * 1024

/** A place, or why there is none. */
export type Opened = { readonly place: Place } | { readonly problem: Problem }

/** Opens a path that the user named; `-` is the standard input. */
export function openNamed(path: string, readStdin: () => string): Opened {
  if (path === '-') return { place: stdinPlace(readStdin) }
  try {
    const stats = statSync(path)
    if (stats.isDirectory()) return openFolder(path, true)
    if (stats.isFile() || stats.isFIFO()) return { place: filePlace(path, true) }
    return { problem: unreadable(path, 'it is neither a file nor a folder') }
  } catch (error) {
    return { problem: openProblem(path, error) }
  }
}

/** What lies in a folder, ordered by code unit; dot folders and node_modules are left out. */
export function childrenOf(folder: Place): Opened[] {
  const children: Opened[] = []
  for (const name of folder.entries) {
    const path = join(folder.path, name)
    try {
      const stats = statSync(path)
      if (stats.isDirectory()) {
        if (!isHiddenFolder(name) && !leadsBack(path)) children.push(openFolder(path, false))
      } else if (stats.isFile()) children.push({ place: filePlace(path, false) })
    } catch {
      // A dangling link in a folder is nobody's manifest.
    }
  }
  return children
}

/** A link to a folder that it lies in: following it would never end. */
function leadsBack(path: string): boolean {
  if (!lstatSync(path).isSymbolicLink()) return false
  const target = realpathSync(path)
  let above = path
  while (above !== dirname(above)) {
    above = dirname(above)
    if (realpathSync(above) === target) return true
  }
  return false
}

function isHiddenFolder(name: string): boolean {
  return name.startsWith('.') || name === 'node_modules'
}

function openFolder(path: string, isNamed: boolean): Opened {
  try {
    const entries = readdirSync(path, { withFileTypes: true })
      .map((entry: Dirent) => entry.name)
      .sort(compareStrings)
    const read = (): ReadText => ({ documents: [], problems: [] })
    return { place: { type: 'folder', path, isNamed, entries, read } }
  } catch (error) {
    return { problem: openProblem(path, error) }
  }
}

/** A file that is known to exist. */
export function filePlace(path: string, isNamed: boolean): Place {
  let text: ReadText | undefined
  const read = (): ReadText => {
    text ??= readFile(path)
    return text
  }
  return { type: 'file', path, isNamed, entries: [], read }
}

function stdinPlace(readStdin: () => string): Place {
  let text: ReadText | undefined
  const read = (): ReadText => {
    text ??= readStdinText(readStdin)
    return text
  }
  return { type: 'stdin', path: 'stdin', isNamed: true, entries: [], read }
}

function readStdinText(readStdin: () => string): ReadText {
  try {
    const text = readStdin()
    return isBinary(text) ? failed(binary('stdin')) : readText(sourceFile('stdin', text))
  } catch (error) {
    return failed(openProblem('stdin', error))
  }
}

function readFile(path: string): ReadText {
  try {
    const bytes = statSync(path).size
    if (bytes > fileBytesMax) return failed(tooLarge(path, bytes))
    const text = readFileSync(path, 'utf8')
    return isBinary(text) ? failed(binary(path)) : readText(sourceFile(path, text))
  } catch (error) {
    return failed(openProblem(path, error))
  }
}

function failed(problem: Problem): ReadText {
  return { documents: [], problems: [problem] }
}

// Text has no null bytes; bytes that are no UTF-8 become replacement characters, here many of them.
function isBinary(text: string): boolean {
  const head = text.slice(0, 4096)
  if (head.includes('\0')) return true
  const strange = head.split('\ufffd').length - 1
  return strange > 8 && strange * 20 > head.length
}

function binary(path: string): Problem {
  return errorAt(
    codes.binary,
    { file: path },
    {
      what: 'this file is not text',
      why: 'manifests are YAML or JSON in UTF-8',
      todo: 'name the manifest itself, not an archive or image',
    },
  )
}

function tooLarge(path: string, bytes: number): Problem {
  const size = Math.round(bytes / 1024 / 1024)
  return errorAt(
    codes.tooLarge,
    { file: path },
    {
      what: `this file has ${size} MiB, more than the ${fileBytesMax / 1024 / 1024} MiB that are read`,
      why: 'an object may have 1.5 MiB in a cluster, and whole platforms have a few MiB of manifests',
      todo: 'split the file, or name only the manifests that belong to the platform',
    },
  )
}

function unreadable(path: string, why: string): Problem {
  return errorAt(
    codes.unreadable,
    { file: path },
    {
      what: `${path} cannot be read`,
      why,
      todo: 'name a file or folder that you may read',
    },
  )
}

function openProblem(path: string, error: unknown): Problem {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return errorAt(
      codes.notFound,
      { file: path },
      {
        what: `the path "${path}" does not exist`,
        why: 'nothing can be read from it',
        todo: 'check the spelling and the folder you are in',
      },
    )
  }
  if (code === 'EACCES' || code === 'EPERM') return unreadable(path, 'permission denied')
  if (code === 'EISDIR') return unreadable(path, 'it is a folder, and a file is wanted here')
  if (code === 'ELOOP') return unreadable(path, 'its links form a circle')
  return unreadable(path, error instanceof Error ? error.message : String(error))
}
