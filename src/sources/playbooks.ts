// The playbooks of an installer over an inventory: which task runs where, and what is wrong.

import { join } from 'node:path'
import type { Location, Problem } from '../base/problem.ts'
import type { HostMatrix } from '../explain/host-matrix.ts'
import type { PlaybookReach } from '../explain/playbook-reach.ts'
import { folderOf, joinPath, normalPath } from './ansible/files.ts'
import { readInventory } from './ansible/inventory/inventory.ts'
import { defaultSettings, withConfiguration } from './ansible/inventory/settings.ts'
import { readInventoryFiles } from './ansible/read-files.ts'
import { definitionsFor } from './ansible/reach/definitions.ts'
import { type Engine, engineOf } from './ansible/reach/engine.ts'
import { failedTasks, fileProblems } from './ansible/reach/failures.ts'
import { isFolder, readTree, treeAbove, type TreeOnDisk } from './ansible/reach/read-tree.ts'
import { reachOf, type Rehearsal, rehearse } from './ansible/reach/reach.ts'
import { restartProblems, unassertedCount } from './ansible/reach/restarts.ts'
import { strictTaskProblem, strictTasks } from './ansible/reach/strict-tasks.ts'
import type { Value } from './ansible/values.ts'
import type { Installer, Place } from './framework.ts'
import { codes, errorAt } from './problems.ts'

/** Which playbooks, and what is known of the hosts. */
export interface PlaybookRequest {
  /** A folder with the tree of an installer, or one playbook in it. */
  readonly path: string
  /** Facts of all hosts, by name. */
  readonly facts: ReadonlyMap<string, Value>
  /** The tool that somebody wants to know about. */
  readonly tool?: string | undefined
}

export interface PlaybookFindings {
  readonly playbooks: readonly PlaybookReach[]
  readonly definitions?: ReadonlyMap<string, Location>
  readonly problems: readonly Problem[]
}

/** Follows the playbooks of an installer; what cannot be read is a problem. */
export function followPlaybooks(
  place: Place,
  installer: Installer,
  request: PlaybookRequest & { readonly matrix: HostMatrix },
): PlaybookFindings {
  const { path } = request
  const tree = readTree(isFolder(path) ? path : treeAbove(path))
  const names = playbooksIn(tree, path, installer)
  if (names.length === 0) return { playbooks: [], problems: [noPlaybooks(path, installer)] }
  const engine = engineOf(tree.files.get(joinPath(tree.folder, 'requirements.txt')))
  const all = names.map(playbook =>
    follow(place, installer, { ...request, tree, playbook, engine }),
  )
  const { voters } = request.matrix
  const isCounted = voters !== undefined && installer.voterUnits !== undefined
  const counts = isCounted
    ? unassertedCount(
        all.map(({ rehearsal }) => rehearsal),
        voters,
      )
    : []
  const assumes = `ansible-core ${engine.full}; ${factsText(request.facts)}`
  const playbooks = all.map(({ rehearsal }) => ({ ...reachOf(rehearsal), assumes }))
  const { tool } = request
  return {
    playbooks,
    ...(tool !== undefined && { definitions: definitionsFor(tool, playbooks, tree.files) }),
    problems: distinct([...all.flatMap(each => each.problems), ...counts]),
  }
}

function factsText(facts: ReadonlyMap<string, Value>): string {
  const given = [...facts].map(([name, value]) => `${name}=${String(value)}`)
  return given.length === 0 ? 'the facts of a Debian 12 assumed' : `facts: ${given.join(', ')}`
}

function playbooksIn(tree: TreeOnDisk, path: string, { usual }: Installer): readonly string[] {
  if (!isFolder(path)) return tree.files.has(normalPath(path)) ? [normalPath(path)] : []
  const all = usual.map(name => joinPath(tree.folder, name))
  return all.filter(name => tree.files.has(name))
}

interface Following extends PlaybookRequest {
  readonly matrix: HostMatrix
  readonly tree: TreeOnDisk
  readonly playbook: string
  readonly engine: Engine
}

function follow(
  place: Place,
  { inventories, voterUnits }: Installer,
  { matrix, tree, playbook, engine, facts }: Following,
): { readonly rehearsal: Rehearsal; readonly problems: readonly Problem[] } {
  // A run changes groups and hosts, so that every playbook has an inventory of its own.
  const sources = inventories(place).map(normalPath)
  const { files, configuration } = readInventoryFiles(sources)
  const beside = readInventoryFiles([join(folderOf(playbook) || '.', 'none')]).files
  const inventory = readInventory(new Map([...beside, ...files]), sources, {
    ...withConfiguration(defaultSettings(engine.version), configuration),
    playbookFolder: folderOf(playbook),
  })
  const rehearsal = rehearse({
    files: tree.files,
    inventory,
    playbook,
    settings: tree.settings,
    facts,
    engine: engine.full,
  })
  const { voters } = matrix
  const voting =
    voters === undefined || voterUnits === undefined ? undefined : { voters, units: voterUnits }
  const problems = [
    ...fileProblems(rehearsal),
    ...failedTasks(rehearsal),
    ...strictTasks(rehearsal, inventory).map(strictTaskProblem),
    ...(voting === undefined ? [] : restartProblems(rehearsal, voting)),
  ]
  return { rehearsal, problems }
}

function distinct(problems: readonly Problem[]): readonly Problem[] {
  const all = new Map(
    problems.map(problem => {
      const { file, line } = problem.location ?? { file: '' }
      return [`${problem.code} ${file}:${line ?? 0} ${problem.what}`, problem] as const
    }),
  )
  return [...all.values()]
}

function noPlaybooks(path: string, { usual }: Installer): Problem {
  return errorAt(
    codes.playbook,
    { file: path },
    {
      what: 'there is no playbook here',
      why: `the installer of this inventory starts with ${usual.join(', ')}`,
      todo: 'name the folder that has them, or the playbook itself',
    },
  )
}
