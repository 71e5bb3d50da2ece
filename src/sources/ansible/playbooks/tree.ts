// The files of a playbook's tree: YAML with places, and the folders in which Ansible looks for a
// name. Port of ansible-core 2.18 parsing/dataloader.py path_dwim, path_dwim_relative.

import type { Location } from '../../../base/problem.ts'
import { locationAt, type SourceFile } from '../../source-object.ts'
import { Failure } from '../failure.ts'
import { FileTree, type Files, folderOf, joinPath, normalPath } from '../files.ts'
import type { AnsibleVersion, List, Value } from '../values.ts'
import type { Places } from '../yaml/construct.ts'
import { type LoadedFile, loadFile } from '../yaml/load.ts'
import { PlaybookFailure } from './failure.ts'

interface Placed {
  readonly file: SourceFile
  readonly places: Places
}

export class PlaybookTree {
  readonly files: FileTree
  readonly version: AnsibleVersion
  /** Modules that the tree itself brings. */
  readonly modules = new Set<string>()
  readonly #loaded = new Map<string, LoadedFile>()
  readonly #placed = new WeakMap<object, Placed>()

  constructor(files: Files, version: AnsibleVersion) {
    this.files = new FileTree(files)
    this.version = version
    for (const path of files.keys()) {
      const own =
        /(?:^|\/)(?:library|modules|action_plugins|action)\/(?:.*\/)?([^/]+)\.(?:py|ps1|sh)$/.exec(
          path,
        )
      if (own?.[1] !== undefined) this.modules.add(own[1])
    }
  }

  exists(path: string): boolean {
    return this.files.exists(normalPath(path))
  }

  isFile(path: string): boolean {
    return this.files.isFile(normalPath(path))
  }

  /** The value of a YAML file; fails with the engine's words where it cannot be read. */
  load(path: string): Value {
    const normal = normalPath(path)
    const known = this.#loaded.get(normal)
    if (known !== undefined) return known.value
    const file = this.files.file(normal)
    if (file === undefined) throw this.notFound(path)
    try {
      const loaded = loadFile(file, this.version)
      this.#loaded.set(normal, loaded)
      for (const [node, places] of loaded.places) this.#placed.set(node, { file, places })
      return loaded.value
    } catch (error) {
      if (error instanceof Failure) throw new PlaybookFailure(error.message, 4, error.at)
      throw error
    }
  }

  /** The error of a file that is not there. */
  notFound(path: string): PlaybookFailure {
    const end = this.version === '2.19' ? '.' : ''
    const why = this.version === '2.19' ? `: [Errno 2] No such file or directory: '${path}'` : ''
    return new PlaybookFailure(
      `Unable to retrieve file contents${end}\nCould not find or access '${path}' on the Ansible ` +
        'Controller.\nIf you are using a module and expect the file to exist on the remote, ' +
        `see the remote_src option${why}`,
      1,
    )
  }

  /** Where a mapping or list stands, else what is around it, else the beginning of the file. */
  locate(value: Value, file: string, otherwise?: Location): Location {
    const known = typeof value === 'object' && value !== null ? this.#placed.get(value) : undefined
    if (known !== undefined) return locationAt(known.file, known.places.start)
    return otherwise ?? { file, line: 1, column: 1 }
  }

  /** Where an item of a list stands, also one that is a mere text. */
  locateItem(list: List, index: number, file: string, otherwise?: Location): Location {
    const known = this.#placed.get(list)
    const start = known?.places.items[index]
    if (known === undefined || start === undefined) {
      return this.locate(list[index] ?? null, file, otherwise)
    }
    return locationAt(known.file, start)
  }

  /** The first of the places where a name may be meant, or the last of them; not normalized. */
  relative(search: Search): string {
    const candidates = candidatesOf(search, path => this.#isRole(path))
    return candidates.find(path => this.exists(path)) ?? candidates.at(-1) ?? ''
  }

  #isRole(path: string): boolean {
    const upper = folderOf(normalPath(path))
    return ['main.yml', 'main.yaml', 'main'].some(name =>
      [joinPath(path, `tasks/${name}`), joinPath(upper, `tasks/${name}`)].some(each =>
        this.files.isFile(normalPath(each)),
      ),
    )
  }

  /** The `main` file of a folder of a role, by its endings. */
  main(folder: string, from: string | undefined): string | undefined {
    const names = from === undefined ? ['main'] : [from]
    for (const name of names) {
      const endings = ['.yml', '.yaml', '.json', '']
      for (const ending of endings) {
        const path = normalPath(joinPath(folder, name + ending))
        if (this.files.isFile(path)) return path
      }
    }
    return undefined
  }
}

/** Where the tree lies for templates, which see absolute paths (`playbook_dir`, `role_path`). */
export const treeRoot = '/project'

/** The path in the tree of a path that templates see, or undefined where it lies elsewhere. */
export function pathInTree(path: string): string | undefined {
  if (path === treeRoot) return ''
  return path.startsWith(`${treeRoot}/`) ? path.slice(treeRoot.length + 1) : undefined
}

/** A name to look for: beside `path`, in its folder `folder`, and below the playbook. */
export interface Search {
  readonly base: string
  readonly path: string
  readonly folder: string
  readonly name: string
}

function candidatesOf(
  { base, path, folder, name }: Search,
  isRole: (path: string) => boolean,
): readonly string[] {
  const own = pathInTree(name)
  if (own !== undefined) return [own]
  if (name.startsWith('/') || name.startsWith('~')) return [name]
  const role = isRole(path)
  const isTasks = role && /(?:^|\/)tasks\/?$/.test(path)
  const root = isTasks ? folderOf(normalPath(path)) : normalPath(path)
  return [
    joinPath(joinPath(path, folder), name),
    joinPath(joinPath(root, folder), name),
    ...(role && !name.endsWith(folder) ? [joinPath(joinPath(root, 'tasks'), name)] : []),
    joinPath(root, name),
    joinPath(joinPath(base, folder), name),
    joinPath(base, name),
  ]
}
