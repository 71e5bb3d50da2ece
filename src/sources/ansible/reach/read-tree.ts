// Reads a tree of playbooks from disk: names at once, texts when somebody asks. The edge of this
// folder.

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { compareStrings } from '../../../base/compare.ts'
import { type Files, joinPath, normalPath } from '../files.ts'
import { defaultPlaybookSettings, readPlaybookSettings } from '../playbooks/settings.ts'
import type { PlaybookSettings } from '../playbooks/settings.ts'

/** More names are not looked at: trees of installers have a few thousand files. */
const filesMax = 50_000
const bytesMax = 8 * 1024 * 1024
const depthMax = 24

export interface TreeOnDisk {
  readonly folder: string
  readonly files: Files
  readonly settings: PlaybookSettings
}

/** The tree in a folder, with the settings of its ansible.cfg. */
export function readTree(folder: string): TreeOnDisk {
  const names: string[] = []
  addNames(names, normalPath(folder), 0)
  const files = new LazyTexts(names)
  const text = files.get(joinPath(normalPath(folder), 'ansible.cfg'))
  const settings =
    text === undefined ? defaultPlaybookSettings : readPlaybookSettings(text, normalPath(folder))
  return { folder: normalPath(folder), files, settings }
}

/** Whether a path is a folder; false as well where nothing is. */
export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

/** The folder of a tree above a playbook: the nearest with an ansible.cfg or roles, else its own. */
export function treeAbove(playbook: string): string {
  const own = dirname(playbook)
  for (const folder of [own, dirname(own)]) {
    const entries = namesIn(folder).map(({ name }) => name)
    if (entries.includes('ansible.cfg') || entries.includes('roles')) return folder
  }
  return own
}

const left: ReadonlySet<string> = new Set(['.git', '.github', 'node_modules', 'docs', 'logo'])

function addNames(names: string[], folder: string, depth: number): void {
  if (depth > depthMax) return
  for (const entry of namesIn(folder)) {
    if (names.length >= filesMax || left.has(entry.name)) continue
    const path = joinPath(folder, entry.name)
    if (entry.isFolder) addNames(names, path, depth + 1)
    else names.push(path)
  }
}

function namesIn(folder: string): readonly { readonly name: string; readonly isFolder: boolean }[] {
  try {
    const entries = readdirSync(folder === '' ? '.' : folder, { withFileTypes: true })
    return entries
      .filter(entry => entry.isFile() || entry.isDirectory() || isLinkToFile(folder, entry))
      .map(entry => ({ name: entry.name, isFolder: entry.isDirectory() }))
      .sort((a, b) => compareStrings(a.name, b.name))
  } catch {
    // A folder that may not be read has no names for us; what needs them says so.
    return []
  }
}

// A link to a folder may lead back; one to a file is as good as the file.
function isLinkToFile(
  folder: string,
  entry: { readonly name: string; isSymbolicLink(): boolean },
): boolean {
  if (!entry.isSymbolicLink()) return false
  return statSync(joinPath(folder, entry.name), { throwIfNoEntry: false })?.isFile() === true
}

/** Texts of files by path, read when they are asked for. */
class LazyTexts extends Map<string, string> {
  readonly #read = new Map<string, string | undefined>()

  constructor(names: readonly string[]) {
    super(names.map(name => [name, '']))
  }

  override get(path: string): string | undefined {
    if (!this.has(path)) return undefined
    if (!this.#read.has(path)) this.#read.set(path, textOf(path))
    return this.#read.get(path)
  }
}

function textOf(path: string): string | undefined {
  try {
    const { size } = statSync(path)
    return size > bytesMax ? undefined : readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
