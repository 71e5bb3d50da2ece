// Reads an inventory and the files of variables beside it from disk: the edge of this folder.

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { compareStrings } from '../../base/compare.ts'
import { type Files, joinPath, normalPath } from './files.ts'
import { readConfiguration } from './inventory/settings.ts'

/** What lies on disk, by path as the user would write it. */
export interface InventoryFiles {
  readonly files: Files
  /** Settings of the nearest ansible.cfg at or above the inventory. */
  readonly configuration: Readonly<Record<string, string>>
}

/** More files, or larger ones, are not read: inventories have hundreds of small files. */
const filesMax = 20_000
const bytesMax = 8 * 1024 * 1024
/** How far above the inventory an ansible.cfg is looked for. */
const levelsMax = 4

const besides: readonly string[] = ['group_vars', 'host_vars']

/** The files of inventories at some paths; what cannot be read is left out. */
export function readInventoryFiles(paths: readonly string[]): InventoryFiles {
  const files = new Map<string, string>()
  for (const path of paths) {
    if (isFolder(path)) addFolder(files, path)
    else {
      addFile(files, path)
      for (const name of besides) addFolder(files, join(dirname(path), name))
    }
  }
  return { files, configuration: configurationOf(paths[0] ?? '.') }
}

/** The inventories that the ansible.cfg of a folder names, where it has one. */
export function configuredInventories(folder: string): readonly string[] {
  const paths = settingsIn(folder)?.['inventory']?.split(',') ?? []
  return paths.map(path => (isAbsolute(path.trim()) ? path.trim() : join(folder, path.trim())))
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

function addFile(files: Map<string, string>, path: string): void {
  try {
    const stats = statSync(path)
    if (!stats.isFile() || stats.size > bytesMax || files.size >= filesMax) return
    files.set(normalPath(path), readFileSync(path, 'utf8'))
  } catch {
    // A file that may not be read is as good as none; Ansible would say so on its own.
  }
}

function addFolder(files: Map<string, string>, folder: string, depth = 0): void {
  if (depth > 10) return
  for (const name of namesIn(folder)) {
    if (name === '.git' || name === 'node_modules') continue
    const path = joinPath(folder, name)
    if (isFolder(path)) addFolder(files, path, depth + 1)
    else addFile(files, path)
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort(compareStrings)
  } catch {
    return []
  }
}

function configurationOf(path: string): Readonly<Record<string, string>> {
  let folder = isFolder(path) ? path : dirname(path)
  for (let level = 0; level < levelsMax; level += 1) {
    const settings = settingsIn(folder)
    if (settings !== undefined) return settings
    const above = dirname(folder)
    if (above === folder) break
    folder = above
  }
  return {}
}

function settingsIn(folder: string): Readonly<Record<string, string>> | undefined {
  try {
    return readConfiguration(readFileSync(join(folder, 'ansible.cfg'), 'utf8'))
  } catch {
    return undefined
  }
}
