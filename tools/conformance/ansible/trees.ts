// Real projects that recordings were made over: their files, settings and inventory.

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { folderOf, joinPath } from '../../../src/sources/ansible/files.ts'
import { type Inventory, readInventory } from '../../../src/sources/ansible/inventory/inventory.ts'
import {
  defaultSettings,
  readConfiguration,
  withConfiguration,
} from '../../../src/sources/ansible/inventory/settings.ts'
import {
  defaultPlaybookSettings,
  readPlaybookSettings,
} from '../../../src/sources/ansible/playbooks/settings.ts'
import { treeRoot } from '../../../src/sources/ansible/playbooks/tree.ts'
import type { RunOptions } from '../../../src/sources/ansible/playbooks/run.ts'
import type { AnsibleVersion } from '../../../src/sources/ansible/values.ts'
import { parseArguments } from './arguments.ts'

/** What a recording of a real project says of its run. */
export interface ProjectCase {
  readonly id: string
  readonly project: string
  readonly ref: string
  readonly commit: string
  readonly engine: string
  readonly playbook: string
  readonly argv: readonly string[]
  readonly inventory: Readonly<Record<string, string>>
}

const known = new Map<string, ReadonlyMap<string, string>>()
const textEndings = /\.(?:ya?ml|json|cfg|j2|ini)$/

/** The files of a folder by path; those that are no text of Ansible's are there without their text. */
function filesOf(folder: string): ReadonlyMap<string, string> {
  let files = known.get(folder)
  if (files === undefined) {
    const found = new Map<string, string>()
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
      const path = join(folder, name)
      if (name.startsWith('.git/') || !statSync(path).isFile()) continue
      const key = relative(folder, path)
      const isText = textEndings.test(name) || !/\.[a-z0-9]+$/i.test(name)
      found.set(key, isText ? readFileSync(path, 'utf8') : '')
    }
    files = found
    known.set(folder, files)
  }
  return files
}

export function versionOf(engine: string): AnsibleVersion {
  return engine.split('.').slice(0, 2).join('.') as AnsibleVersion
}

// The inventory lies in a folder of its own beside the tree.
const inventoryFolder = '.recorded'

/** The inventory of a case alone. */
export function inventoryOf({ inventory, engine }: ProjectCase): Inventory {
  const [source = ''] = Object.keys(inventory)
  return readInventory(new Map(Object.entries(inventory)), [source], {
    ...defaultSettings(versionOf(engine)),
    groupNames: 'ignore',
  })
}

/** The options of a run over a tree. */
export function optionsOver(folder: string, each: ProjectCase): RunOptions {
  const version = versionOf(each.engine)
  const files = new Map(filesOf(folder))
  const [source = ''] = Object.keys(each.inventory)
  for (const [path, text] of Object.entries(each.inventory)) {
    files.set(joinPath(inventoryFolder, path), text)
  }
  const argv = ['-i', joinPath(inventoryFolder, source), ...each.argv, each.playbook]
  const given = parseArguments(argv, each.engine, version)
  const config = files.get('ansible.cfg')
  const settings = {
    ...withConfiguration(defaultSettings(version), readConfiguration(config ?? '')),
    playbookFolder: folderOf(each.playbook),
  }
  return {
    files,
    inventory: readInventory(files, given.inventories, settings),
    playbooks: given.playbooks,
    extraVars: given.extraVars,
    engineVars: new Map([
      ...given.engineVars,
      ['playbook_dir', joinPath(treeRoot, folderOf(each.playbook))],
    ]),
    tags: given.tags,
    environment: new Map(),
    settings: config === undefined ? defaultPlaybookSettings : readPlaybookSettings(config, ''),
    ...(given.limit !== undefined && { limit: given.limit }),
  }
}
