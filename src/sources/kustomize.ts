// Kustomize trees, built by the user's own `kubectl kustomize` or `kustomize`. Positions lead back
// to the resource files of the tree where one of them holds the object, else into the built
// output.

import { join } from 'node:path'
import type { Problem } from '../base/problem.ts'
import type { LoadContext, Place, Source, SourceResult, ToolResult } from './framework.ts'
import { objectsOf } from './objects.ts'
import { filePlace } from './place.ts'
import { codes, errorAt } from './problems.ts'
import { kustomizationFile, readTree, type Tree } from './kustomize-tree.ts'
import { type SourceDocument, sourceFile, type SourceObject } from './source-object.ts'
import { mapToTree } from './kustomize-origin.ts'
import { readText } from './yaml/read.ts'

export const kustomize = {
  name: 'kustomize',
  doc: 'A folder with a kustomization.yaml, built by your own kubectl or kustomize.',
  detect: place =>
    place.type === 'folder' && kustomizationFile(place.entries) !== undefined ? 'certain' : 'no',
  load: loadKustomize,
} satisfies Source

function loadKustomize(place: Place, context: LoadContext): SourceResult {
  const tree = readTree(place.path)
  const built = build(place.path, context)
  if ('problem' in built) {
    const problem = failure(place, tree, built.problem)
    return place.isNamed ? { objects: [], problems: [problem] } : unbuilt(tree, problem)
  }
  const text = readText(sourceFile(`${built.command} ${place.path}`, built.output))
  const found = objectsOf(text.documents, false)
  const overlay = overlayOf(place)
  const objects = mapToTree(found.objects, tree).map(
    (item): SourceObject => (overlay === undefined ? item : { ...item, overlay }),
  )
  const problems: Problem[] = [...text.problems, ...found.problems]
  if (objects.length === 0 && problems.length === 0) problems.push(nothingBuilt(place))
  return { objects, problems }
}

/** The user's kustomization file itself. */
function overlayOf({ path, entries }: Place): SourceDocument | undefined {
  const file = kustomizationFile(entries)
  return file === undefined
    ? undefined
    : filePlace(join(path, file), false).read().documents[0]?.source
}

// A kustomization that was only found in a folder: its resource files still say most of it.
function unbuilt(tree: Tree, problem: Problem): SourceResult {
  const objects: SourceObject[] = []
  const problems: Problem[] = [
    {
      ...problem,
      severity: 'warning',
      why: `${problem.why ?? ''}; its resource files are read as they are, without its patches`,
    },
  ]
  for (const file of tree.resources) {
    const text = filePlace(file, false).read()
    const found = objectsOf(text.documents, false)
    objects.push(...found.objects)
    problems.push(...text.problems, ...found.problems)
  }
  return { objects, problems }
}

interface Failed {
  readonly command: string
  readonly result: ToolResult
}

type Build = { readonly command: string; readonly output: string } | { readonly problem: Failed }

const tools: readonly (readonly [string, string])[] = [
  ['kubectl', 'kustomize'],
  ['kustomize', 'build'],
]

function build(path: string, context: LoadContext): Build {
  let missing: Failed | undefined
  for (const [program, verb] of tools) {
    const command = `${program} ${verb}`
    const result = context.run(program, [verb, path], context.toolTimeoutMs)
    if (result.status === 0) return { command, output: result.stdout }
    if (result.status !== 'missing') return { problem: { command, result } }
    missing = { command, result }
  }
  return { problem: missing ?? { command: 'kustomize build', result: noTool } }
}

const noTool: ToolResult = { status: 'missing', stdout: '', stderr: '' }

function failure(place: Place, tree: Tree, failed: Failed): Problem {
  const location = tree.location
  const { command, result } = failed
  if (result.status === 'missing') {
    return errorAt(codes.toolMissing, location, {
      what: 'neither kubectl nor kustomize is installed',
      why: `${place.path} is a kustomization, which Seatrial builds with your own tool`,
      todo: 'install kubectl, or build it elsewhere and check the result: kustomize build . | seatrial check -',
    })
  }
  const remote = tree.remotes[0]
  if (remote !== undefined && (result.status === 'timeout' || isNetwork(result.stderr))) {
    return errorAt(codes.remoteBase, remote.location, {
      what: `the remote base ${remote.url} cannot be fetched`,
      why: reason(command, result),
      todo: 'build it where the network reaches that address, or replace it by a local copy',
    })
  }
  if (result.status === 'timeout') {
    return errorAt(codes.toolTimeout, location, {
      what: `${command} ${place.path} did not finish in time`,
      why: 'it was stopped',
      todo: 'run it by hand to see what it waits for',
    })
  }
  return errorAt(codes.toolFailed, location, {
    what: `${command} ${place.path} fails`,
    why: reason(command, result),
    todo: 'correct the kustomization until that command works',
  })
}

const networkSigns =
  /could not resolve host|unable to access|failed to run .*git|hit \d+s timeout|dial tcp|no such host|HTTP Error|connection refused|git (?:fetch|init|clone)|no 'git' program/i

function isNetwork(stderr: string): boolean {
  return networkSigns.test(stderr)
}

const causes: readonly RegExp[] = [/fatal: [^\n]*/, /dial tcp: [^'\n]*/, /hit \d+s timeout[^'\n]*/]

// Kustomize wraps an error once for each thing it tried; what stopped it is somewhere inside.
function reason(command: string, result: ToolResult): string {
  if (result.status === 'timeout') return `${command} was stopped because it did not finish in time`
  const text = plainError(result.stderr)
  if (text === '') return `${command} ended with exit status ${result.status}`
  const cause = causes.flatMap(pattern => pattern.exec(text)?.[0] ?? [])[0]
  if (cause !== undefined) return cause.trim()
  return text.length > 600 ? `${text.slice(0, 200)} … ${text.slice(-380)}` : text
}

// kubectl logs the error as a quoted text or, when it has several lines, between `<` and `>`.
function plainError(stderr: string): string {
  const lines = stderr.split('\n').filter(line => !line.startsWith('#'))
  const text = lines.join('\n').trim()
  const logged = /"command failed" err=(?:<\n([\s\S]*?)\n\s*>|"((?:[^"\\]|\\.)*)")/.exec(text)
  const inner = logged?.[1] ?? logged?.[2]?.replace(/\\(["\\])/g, '$1') ?? text
  return inner
    .replace(/^error: /i, '')
    .replace(/\s*\n\s*/g, '\n')
    .trim()
}

function nothingBuilt(place: Place): Problem {
  return errorAt(
    codes.emptyFolder,
    { file: place.path },
    {
      what: 'this kustomization builds no object',
      why: 'there is nothing to judge',
      todo: 'add resources to it',
    },
  )
}
