// Which kustomizations below a folder are built when the user names the folder: those that no
// other one includes. Where several build on the same base they are variants of one platform, and
// the first one is taken.

import { join } from 'node:path'
import { compareStrings } from '../base/compare.ts'
import type { Assumption } from '../trials/spec.ts'
import type { Place } from './framework.ts'
import { kustomizationFile, readTree, type Tree } from './kustomize-tree.ts'
import { childrenOf } from './place.ts'

export interface Roots {
  /** Folders and files that are part of a kustomization and not read by themselves. */
  readonly skipped: ReadonlySet<string>
  readonly assumptions: readonly Assumption[]
}

/** Looks at all kustomizations below `folder`. */
export function chooseRoots(folder: Place): Roots {
  const trees = new Map<string, Tree>()
  collect(folder, trees)
  if (trees.size === 0) return { skipped: new Set(), assumptions: [] }
  const included = new Set<string>()
  for (const [path, tree] of trees) {
    for (const other of tree.folders) if (other !== path) included.add(other)
  }
  const roots = [...trees.keys()].filter(path => !included.has(path)).sort(compareStrings)
  const assumptions: Assumption[] = []
  const taken = roots.filter(path => isTaken(path, roots, trees, assumptions))
  return { skipped: skippedBy(trees, taken), assumptions }
}

function collect(folder: Place, trees: Map<string, Tree>): void {
  if (kustomizationFile(folder.entries) !== undefined) trees.set(folder.path, readTree(folder.path))
  for (const child of childrenOf(folder)) {
    if ('place' in child && child.place.type === 'folder') collect(child.place, trees)
  }
}

// The first of the roots that share a base with this one; components are shared by design.
function isTaken(
  path: string,
  roots: readonly string[],
  trees: ReadonlyMap<string, Tree>,
  assumptions: Assumption[],
): boolean {
  const tree = trees.get(path)
  if (tree === undefined) return false
  const rival = roots.find(other => other < path && sharesBase(trees.get(other), tree))
  if (rival === undefined) return true
  assumptions.push({
    what: `${rival} is built, ${path} is not`,
    why: 'both build on the same base, so they are variants; -k names the one you mean',
    setBy: 'default',
  })
  return false
}

function sharesBase(a: Tree | undefined, b: Tree): boolean {
  return a?.folders.some(folder => b.folders.includes(folder)) === true
}

function skippedBy(trees: ReadonlyMap<string, Tree>, taken: readonly string[]): Set<string> {
  const skipped = new Set<string>()
  for (const [path, tree] of trees) {
    for (const file of tree.files) skipped.add(file)
    if (!taken.includes(path)) skipped.add(path)
    else
      for (const name of ['kustomization.yaml', 'kustomization.yml']) skipped.add(join(path, name))
  }
  for (const path of taken) skipped.delete(path)
  return skipped
}
