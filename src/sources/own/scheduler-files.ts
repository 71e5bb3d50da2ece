// Configurations of kube-scheduler that the user names: read as kube-scheduler reads them, each
// refusal with its place.

import { nearest } from '../../base/nearest.ts'
import type { Location, Problem } from '../../base/problem.ts'
import { decodeConfiguration } from '../../scheduler/configuration.ts'
import {
  type ConfigurationFault,
  configurationVersion,
  readConfiguration,
} from '../../scheduler/configuration-reading.ts'
import type { SchedulerSpec } from '../../trials/spec.ts'
import { openNamed } from '../place.ts'
import { codes, errorAt, warningAt } from '../problems.ts'
import { locateIn, type SourceDocument } from '../source-object.ts'

export interface ReadSchedulers {
  /** Those that kube-scheduler would start with. */
  readonly schedulers: readonly SchedulerSpec[]
  readonly problems: readonly Problem[]
}

/** Reads each file; profiles of the same name in two files are a problem as well. */
export function readSchedulers(
  files: readonly string[],
  readStdin: () => string = () => '',
): ReadSchedulers {
  const read = files.map(file => readFile(file, readStdin))
  const schedulers = read.flatMap(each => each.schedulers)
  const problems = read.flatMap(each => each.problems)
  return { schedulers, problems: [...problems, ...repeatedNames(schedulers)] }
}

function readFile(file: string, readStdin: () => string): ReadSchedulers {
  const opened = openNamed(file, readStdin)
  if ('problem' in opened) return { schedulers: [], problems: [opened.problem] }
  if (opened.place.type === 'folder') return { schedulers: [], problems: [isFolder(file)] }
  const { documents, problems } = opened.place.read()
  const [document] = documents.filter(({ value }) => value !== null)
  if (document === undefined) {
    return { schedulers: [], problems: problems.length > 0 ? problems : [noConfiguration(file)] }
  }
  const { configuration, faults } = readConfiguration(document.value)
  const at = (path: string): Location => locateIn(document.source, path)
  if (configuration === undefined) {
    return { schedulers: [], problems: [...problems, ...problemsOf(faults, document.source)] }
  }
  const decoded = decodeConfiguration(configuration)
  const unknown = decoded.unknown.map(({ name, path }) => unknownPlugin(name, at(path)))
  const refused = problemsOf(decoded.faults, document.source)
  const scheduler: SchedulerSpec = {
    file,
    configuration,
    extenders: (configuration.extenders ?? []).map((extender, index) => ({
      extender,
      location: at(`extenders[${index}]`),
    })),
    names: decoded.profiles.map(({ schedulerName }, index) => ({
      name: schedulerName,
      location: at(`profiles[${index}].schedulerName`),
    })),
  }
  return {
    schedulers: refused.length > 0 ? [] : [scheduler],
    problems: [...problems, ...refused, ...unknown],
  }
}

function problemsOf(
  faults: readonly ConfigurationFault[],
  source: SourceDocument,
): readonly Problem[] {
  return faults.map(({ path, text, known }) =>
    errorAt(codes.schedulerFile, locateIn(source, path), {
      what: text,
      why: 'kube-scheduler refuses this configuration with these words and does not start',
      todo: adviceOn(path, known),
    }),
  )
}

function adviceOn(path: string, known: readonly string[] | undefined): string {
  if (known === undefined) return `correct ${path === '' ? 'the file' : path}`
  const name = path.split(/[.[]/).at(-1) ?? ''
  const near = nearest(name, known)
  return near === undefined ? `the fields here are ${known.join(', ')}` : `did you mean "${near}"?`
}

function unknownPlugin(name: string, location: Location): Problem {
  return warningAt(codes.unknownPlugin, location, {
    what: `this configuration enables plugin ${name}, which the twin does not know`,
    why: 'only the plugins that are built into kube-scheduler are modelled',
    todo: 'placement is computed without it: judge its effect yourself, or disable it',
  })
}

function noConfiguration(file: string): Problem {
  return errorAt(
    codes.emptyFile,
    { file },
    {
      what: 'this file holds nothing',
      why: 'it is meant to configure kube-scheduler',
      todo: `write apiVersion: ${configurationVersion} and kind: KubeSchedulerConfiguration`,
    },
  )
}

function isFolder(file: string): Problem {
  return errorAt(
    codes.unreadable,
    { file },
    {
      what: `${file} is a folder`,
      why: 'one file holds the configuration of one kube-scheduler',
      todo: 'name the file in it',
    },
  )
}

/** Two schedulers that both answer to one name place the same pods. */
function repeatedNames(schedulers: readonly SchedulerSpec[]): readonly Problem[] {
  const seen = new Map<string, string>()
  return schedulers.flatMap(({ file, names }) => {
    const repeated = names.filter(({ name }) => seen.has(name))
    const problems = repeated.map(({ name, location }) =>
      errorAt(codes.schedulerFile, location, {
        what: `the scheduler ${name} is configured in ${seen.get(name) ?? file} too`,
        why: 'two programs would place the same pods, each without knowing of the other',
        todo: 'give one of them another schedulerName',
      }),
    )
    for (const { name } of names) seen.set(name, file)
    return problems
  })
}
