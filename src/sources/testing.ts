// A folder of the test's own and short forms of what was loaded from it.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { ToolResult } from './framework.ts'
import { type Loaded, type LoadOptions, load } from './load.ts'

/** Files that exist for one test. */
export interface Sandbox {
  readonly root: string
  write(files: Readonly<Record<string, string>>): void
  /** Loads files of the sandbox by name; `-` is the standard input. */
  load(names: readonly string[], options?: LoadOptions): Loaded
  /** `ST0101 error a.yaml:3` for each problem. */
  codes(loaded: Loaded): string[]
  remove(): void
}

export function sandbox(): Sandbox {
  const root = mkdtempSync(join(tmpdir(), 'sources-'))
  return {
    root,
    write: files => {
      for (const [name, text] of Object.entries(files)) {
        const path = join(root, name)
        mkdirSync(dirname(path), { recursive: true })
        writeFileSync(path, text)
      }
    },
    load: (names, options) =>
      load(
        names.map(name => (name === '-' ? name : join(root, name))),
        options,
      ),
    codes: ({ problems }) =>
      problems.map(({ code, severity, location }) => {
        const file = location?.file.replace(`${root}/`, '').replace(root, '.')
        return `${code} ${severity} ${file}${location?.line === undefined ? '' : `:${location.line}`}`
      }),
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
}

/** `Kind namespace/name` for each object. */
export function namesOf({ objects }: Loaded): string[] {
  return objects.map(({ object: { kind, metadata } }) => {
    const { namespace, name = '' } = metadata
    return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`
  })
}

export function configMap(name: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`
}

/** A program that always answers the same. */
export function answer(result: Partial<ToolResult>): () => ToolResult {
  return () => ({ status: 0, stdout: '', stderr: '', ...result })
}
