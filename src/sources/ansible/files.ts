// A tree of files as texts by path: what Ansible would find on disk, without the disk.

import { compareStrings } from '../../base/compare.ts'
import { type SourceFile, sourceFile } from '../source-object.ts'

/** Texts by path; paths are relative to one folder or absolute, parted by `/`. */
export type Files = ReadonlyMap<string, string>

/** The path without `.`, `..` and doubled slashes; the folder itself is ''. */
export function normalPath(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop()
    else parts.push(part)
  }
  return (path.startsWith('/') ? '/' : '') + parts.join('/')
}

/** A path below a folder. */
export function joinPath(folder: string, name: string): string {
  if (folder === '') return name
  return folder.endsWith('/') ? folder + name : `${folder}/${name}`
}

/** The folder that a path lies in. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '' : path.slice(0, Math.max(slash, path.startsWith('/') ? 1 : 0))
}

/** The ending of a file name with its dot, '' for none and for a name that begins with its only dot. */
export function endingOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/^\.+/, '')
  const dot = name.lastIndexOf('.')
  return dot < 0 ? '' : name.slice(dot)
}

/** Answers what is a file, what is a folder, and what lies in it. */
export class FileTree {
  readonly #files: Files
  /** The paths of files as they were given, by their normal form. */
  readonly #paths: ReadonlyMap<string, string>
  readonly #folders = new Map<string, Set<string>>([['', new Set()]])
  readonly #read = new Map<string, SourceFile>()

  constructor(files: Files) {
    this.#files = files
    this.#paths = new Map([...files.keys()].map(path => [normalPath(path), path]))
    for (const path of this.#paths.keys()) this.#addTo(path)
  }

  isFile(path: string): boolean {
    return this.#paths.has(path)
  }

  isFolder(path: string): boolean {
    return this.#folders.has(path)
  }

  exists(path: string): boolean {
    return this.isFile(path) || this.isFolder(path)
  }

  /** The names in a folder, ordered by code unit. */
  list(folder: string): readonly string[] {
    return [...(this.#folders.get(folder) ?? [])].sort(compareStrings)
  }

  /** A file, the same object each time. */
  file(path: string): SourceFile | undefined {
    const given = this.#paths.get(path)
    const text = given === undefined ? undefined : this.#files.get(given)
    if (text === undefined) return undefined
    const file = this.#read.get(path) ?? sourceFile(path, text)
    this.#read.set(path, file)
    return file
  }

  #addTo(path: string): void {
    const folder = folderOf(path)
    const names = this.#folders.get(folder)
    const name = path.slice(folder === '' || folder === '/' ? folder.length : folder.length + 1)
    if (names !== undefined) {
      names.add(name)
      return
    }
    this.#folders.set(folder, new Set([name]))
    if (folder !== '' && folder !== '/') this.#addTo(folder)
  }
}
