// seatrial.yaml: found upwards to the git root, or named; becomes a part of the platform.

import { existsSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import type { Problem } from '../../base/problem.ts'
import type { PlatformPart, SlaSpec } from '../../trials/spec.ts'
import type { Place, Source, SourceResult } from '../framework.ts'
import { isMapping, type Json } from '../objects.ts'
import { filePlace } from '../place.ts'
import { codes, errorAt } from '../problems.ts'
import type { ReadDocument } from '../yaml/read.ts'
import { operatorProblems, operatorsFrom } from './operators.ts'
import { gatesFrom, pathIn, poolsFrom, schedulersFrom, sourcesFrom, timersFrom } from './parts.ts'
import { validateOwn } from './validate.ts'

const names: readonly string[] = ['seatrial.yaml', 'seatrial.yml']

export const platformFile = {
  name: 'seatrial.yaml',
  doc: 'Node pools, version, sources, trials and SLA of a platform.',
  detect: place => (place.type !== 'folder' && isPlatformFile(place) ? 'certain' : 'no'),
  load: loadPlatformFile,
} satisfies Source

/** Whether a file is called seatrial.yaml, or was named and says that it is a Platform. */
export function isPlatformFile(place: Place): boolean {
  if (names.some(name => place.path === name || place.path.endsWith(`/${name}`))) return true
  if (!place.isNamed) return false
  const value = place.read().documents[0]?.value
  return isMapping(value) && isOwn(value, 'Platform')
}

function isOwn(value: Json, kind: string): boolean {
  return value['apiVersion'] === 'seatrial.dev/v1' && value['kind'] === kind
}

function loadPlatformFile(place: Place): SourceResult {
  const { part, problems } = readPlatform(place)
  return { objects: [], problems, ...(part === undefined ? {} : { platform: part }) }
}

/** The name of the seatrial.yaml in a folder's entries. */
export function platformFileIn(entries: readonly string[]): string | undefined {
  return names.find(name => entries.includes(name))
}

/**
 * The nearest seatrial.yaml from `folder` upwards to the root of its git repository; its path is
 * relative when `folder` is.
 */
export function discoverPlatform(folder: string): string | undefined {
  const found = findUpwards(folder)
  return found === undefined || isAbsolute(folder) ? found : relative('.', found)
}

function findUpwards(folder: string): string | undefined {
  let nearest: string | undefined
  for (let at = resolve(folder); ; at = dirname(at)) {
    nearest ??= existing(at)
    if (existsSync(join(at, '.git'))) return nearest
    // Outside of a repository only the folder itself counts.
    if (dirname(at) === at) return existing(resolve(folder))
  }
}

function existing(folder: string): string | undefined {
  return names.map(name => join(folder, name)).find(path => existsSync(path))
}

export interface ReadPlatform {
  readonly part?: PlatformPart
  readonly problems: readonly Problem[]
}

/** Reads a seatrial.yaml; `path` is how the user would call it. */
export function readPlatformFile(path: string): ReadPlatform {
  return readPlatform(filePlace(path, true))
}

/** Reads the platform file that a place is. */
export function readPlatform(place: Place): ReadPlatform {
  const { documents, problems } = place.read()
  const [document] = documents
  if (document === undefined) {
    return { problems: problems.length > 0 ? problems : [emptyFile(place.path)] }
  }
  const found = [...problems, ...validateOwn(document, 'platform')]
  if (found.length > 0 || !isMapping(document.value)) return { problems: found }
  const wrong = operatorProblems(document, ['operators'])
  if (wrong.length > 0) return { problems: wrong }
  return { part: partFrom(document.value, document, place.path), problems: [] }
}

function emptyFile(path: string): Problem {
  return errorAt(
    codes.emptyFile,
    { file: path },
    {
      what: 'this file holds nothing',
      why: 'it is meant to describe a platform',
      todo: 'write apiVersion: seatrial.dev/v1 and kind: Platform, or delete it',
    },
  )
}

function partFrom(value: Json, { source }: ReadDocument, path: string): PlatformPart {
  const folder = dirname(path)
  const { metadata, kubernetes, namespace, pools, sources, trials, sla } = value
  const timers = timersFrom(value['timers'])
  const operators = operatorsFrom(value['operators'], source, ['operators'])
  const name = isMapping(metadata) ? metadata['name'] : undefined
  return {
    setBy: path,
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof kubernetes === 'string' ? { kubernetes: minorOf(kubernetes) } : {}),
    ...(typeof namespace === 'string' ? { namespace } : {}),
    ...(pools === undefined ? {} : { pools: poolsFrom(pools, source, ['pools']) }),
    ...(sources === undefined ? {} : { sources: sourcesFrom(sources, folder) }),
    ...(Array.isArray(trials) ? { trials: trials.map(trial => trialFrom(trial, folder)) } : {}),
    ...(isMapping(sla) ? { sla: sla as SlaSpec } : {}),
    ...(timers === undefined ? {} : { timers }),
    ...gatesFrom(value['featureGates']),
    ...schedulersFrom(value['schedulers'], folder),
    ...(operators.length === 0 ? {} : { operators }),
  }
}

/** `1.34` of `v1.34.2`. */
export function minorOf(version: string): string {
  return version.replace(/^v/, '').split('.').slice(0, 2).join('.')
}

type TrialName = NonNullable<PlatformPart['trials']>[number]

function trialFrom(trial: unknown, folder: string): TrialName {
  if (isMapping(trial)) return { file: pathIn(folder, String(trial['file'])) }
  return String(trial) as TrialName
}
