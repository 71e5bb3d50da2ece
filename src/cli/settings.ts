// From flags and environment to settings, each checked; what is wrong becomes Problems.

import type { Checked, Problem } from '../base/problem.ts'
import { defaultSchedule, parseSchedule, type Schedule } from '../engine/schedule.ts'
import type { Selector } from '../kube/label-selector.ts'
import { parseSelector } from '../kube/label-selector-text.ts'
import { windowsMax } from '../scheduler/windows.ts'
import { isSupported, minorNumber, supportedText } from '../kube/versions.ts'
import { parseColumns } from '../reports/custom-columns.ts'
import { parseTemplate } from '../reports/json-path.ts'
import type { PoolSpec, SourceSpec } from '../trials/spec.ts'
import { readBaseline } from './baseline.ts'
import { type FailOn, failOnNames } from './exit.ts'
import type { FlagName, GivenFlags } from './flags.ts'
import { type ExploreSettings, exploreSettings } from './explore-settings.ts'
import type { ColorWhen } from './io.ts'
import { didYouMean } from '../base/nearest.ts'
import {
  type NodeSize,
  nodesRange,
  parseCount,
  parseList,
  parseNodeSize,
  parsePool,
  right,
  usageProblem,
  wrong,
} from './pools.ts'

export interface ReportTarget {
  readonly format: string
  /** Undefined: stdout. */
  readonly file?: string
}

export interface Settings {
  readonly inputs: readonly (string | SourceSpec)[]
  readonly namespace?: string
  /** Labels that objects must have. */
  readonly selector?: Selector
  readonly nodes?: number
  readonly nodeSize?: NodeSize
  readonly zones?: readonly string[]
  readonly pools?: readonly PoolSpec[]
  readonly kubernetes?: string
  /** Files with configurations of kube-scheduler. */
  readonly schedulers?: readonly string[]
  readonly trials?: readonly string[]
  readonly schedule: Schedule
  readonly nodesMax: number
  readonly explore: ExploreSettings
  /** Windows of the scheduler to try. */
  readonly windows?: number
  /** Where explore saves what breaks. */
  readonly record?: string
  /** The only subject to explore. */
  readonly subject?: string
  /** How often trials may run again in search of remedies. */
  readonly remedyRunsMax?: number
  /** Suggestions that may be written. */
  readonly accepted: readonly string[]
  readonly failOn: FailOn
  /** Ids of findings that were there before. */
  readonly baseline?: ReadonlySet<string>
  /** Undefined when the user did not choose. */
  readonly output?: string
  /** What stands behind -o jsonpath= or -o custom-columns=. */
  readonly template?: string
  readonly reports: readonly ReportTarget[]
  readonly color: ColorWhen
  readonly verbosity: number
  readonly showConfig: boolean
}

export interface Known {
  readonly formats: readonly string[]
  readonly trials: readonly string[]
  readonly strategies: readonly string[]
  readonly remedies: readonly string[]
}

export interface CheckedSettings {
  readonly settings: Settings
  readonly problems: readonly Problem[]
}

const nodesMaxDefault = 12
const windowsRange = { least: 1, most: windowsMax } as const
const remedyRunsRange = { least: 0, most: 1000 } as const
/** As many levels as kubectl has. */
const verbosityRange = { least: 0, most: 10 } as const

/** Reads every flag; a wrong one is a Problem and leaves its default. */
export function settingsFrom(
  args: readonly string[],
  given: GivenFlags,
  known: Known,
): CheckedSettings {
  const reader = new Reader(given)
  const settings: Settings = {
    inputs: inputsFrom(args, given),
    ...optional('namespace', reader.read('namespace', parseNamespace)),
    ...optional('selector', reader.read('selector', parseLabels)),
    ...optional(
      'nodes',
      reader.read('nodes', text => parseCount(text, '--nodes', nodesRange)),
    ),
    ...optional('nodeSize', reader.read('node-size', parseNodeSize)),
    ...optional('zones', zonesFrom(reader)),
    ...optional('pools', poolsFrom(reader)),
    ...optional('kubernetes', reader.read('kubernetes', parseMinor)),
    ...optional('schedulers', schedulersFrom(reader)),
    ...optional('trials', trialsFrom(reader, known)),
    schedule: scheduleFrom(reader),
    nodesMax:
      reader.read('max-nodes', text => parseCount(text, '--max-nodes', nodesRange)) ??
      nodesMaxDefault,
    explore: exploreSettings(reader, known.strategies),
    ...optional(
      'windows',
      reader.read('windows', text => parseCount(text, '--windows', windowsRange)),
    ),
    ...optional('record', reader.text('record')),
    ...optional('subject', reader.text('subject')),
    ...optional(
      'remedyRunsMax',
      reader.read('remedies', text => parseCount(text, '--remedies', remedyRunsRange)),
    ),
    accepted: acceptedFrom(reader, known),
    failOn: reader.oneOf('fail-on', failOnNames) ?? 'error',
    ...optional('baseline', reader.read('baseline', readBaseline)),
    ...outputFrom(reader, known),
    reports: reportsFrom(reader, known),
    color: reader.oneOf('color', ['auto', 'always', 'never'] as const) ?? 'auto',
    verbosity: reader.read('verbosity', text => parseCount(text, '-v', verbosityRange)) ?? 0,
    showConfig: given.has('show-config'),
  }
  return { settings, problems: reader.problems }
}

function optional<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]: V })
}

function inputsFrom(args: readonly string[], given: GivenFlags): readonly (string | SourceSpec)[] {
  const files = given.get('filename')?.values ?? []
  const folders = given.get('kustomize')?.values ?? []
  return [...args, ...files, ...folders.map(kustomize => ({ kustomize }))]
}

/** Reads flags and collects what is wrong with them. */
class Reader {
  readonly problems: Problem[] = []
  private readonly given: GivenFlags

  constructor(given: GivenFlags) {
    this.given = given
  }

  has(name: FlagName): boolean {
    return this.given.has(name)
  }

  values(name: FlagName): readonly string[] {
    return this.given.get(name)?.values ?? []
  }

  /** The last value, as the user wrote it. */
  text(name: FlagName): string | undefined {
    return this.values(name).at(-1)
  }

  /** The parts of a list; a list of nothing is wrong. */
  list(name: FlagName, example: string): readonly string[] | undefined {
    const values = this.values(name)
    const parts = values.flatMap(parseList)
    if (parts.length > 0 || values.length === 0) return parts.length === 0 ? undefined : parts
    const what = `--${name}: "${values.join(' ')}" names nothing`
    this.fail(name, [usageProblem(what, `write --${name} ${example}`)])
    return undefined
  }

  read<T>(name: FlagName, parse: (text: string) => Checked<T>): T | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const result = parse(text)
    if (result.ok) return result.value
    this.fail(name, result.problems)
    return undefined
  }

  oneOf<T extends string>(name: FlagName, words: readonly T[]): T | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const word = words.find(each => each === text)
    if (word === undefined) this.unknown(name, text, words)
    return word
  }

  unknown(name: FlagName, text: string, words: readonly string[]): void {
    const what = `--${name} does not know "${text}"`
    this.fail(name, [usageProblem(what, didYouMean(text, words))])
  }

  fail(name: FlagName, problems: readonly Problem[]): void {
    const setBy = this.given.get(name)?.setBy ?? ''
    const isTyped = setBy.startsWith('-')
    this.problems.push(...problems.map(each => (isTyped ? each : { ...each, object: setBy })))
  }
}

function parseMinor(text: string): Checked<string> {
  const minor = minorNumber(text)
  if (minor !== undefined && isSupported(text)) return right(`1.${minor}`)
  const what =
    minor === undefined
      ? `--kubernetes: "${text}" is not a Kubernetes version`
      : `--kubernetes: 1.${minor} is not supported`
  return wrong(what, `write --kubernetes 1.36: ${supportedText}`)
}

function parseLabels(text: string): Checked<Selector> {
  const parsed = parseSelector(text)
  if (parsed.ok && text.trim() !== '') return right(parsed.value)
  const why = parsed.ok ? 'it says nothing' : parsed.error
  return wrong(`--selector: "${text}" is no selector`, 'write --selector app=web,tier!=cache', why)
}

const labelPattern = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

function parseNamespace(text: string): Checked<string> {
  if (labelPattern.test(text)) return right(text)
  const what = `--namespace: "${text}" is not the name of a namespace`
  return wrong(what, 'write lower-case letters, digits and -, at most 63: --namespace shop')
}

function poolsFrom(reader: Reader): readonly PoolSpec[] | undefined {
  const results = reader.values('pool').map(parsePool)
  for (const result of results) if (!result.ok) reader.fail('pool', result.problems)
  const pools = results.flatMap(result => (result.ok ? [result.value] : []))
  const twice = pools.find(({ name }, index) => pools.findIndex(each => each.name === name) < index)
  if (twice !== undefined) {
    const todo = 'give each pool a name of its own: --pool name=web,…'
    reader.fail('pool', [usageProblem(`two pools are called ${twice.name}`, todo)])
  }
  if (pools.length > 0 && pools.every(({ count }) => count === 0)) {
    reader.fail('pool', [
      usageProblem('the pools have no nodes', 'give one of them count=1 or more'),
    ])
  }
  return pools.length === 0 ? undefined : pools
}

/** Formats that take a template behind an equals sign, with what reads it. */
const templated: Readonly<Record<string, (text: string) => Checked<unknown>>> = {
  'custom-columns': parseColumns,
  jsonpath: parseTemplate,
}

function outputFrom(reader: Reader, { formats }: Known): Pick<Settings, 'output' | 'template'> {
  const text = reader.text('output') ?? ''
  const [format = '', template] = [text.split('=')[0], text.split('=').slice(1).join('=')]
  const parse = formats.includes(format) ? templated[format] : undefined
  if (parse === undefined) return optional('output', reader.oneOf('output', formats))
  const parsed = parse(template)
  if (!parsed.ok) reader.fail('output', parsed.problems)
  return { output: format, template }
}

function zonesFrom(reader: Reader): readonly string[] | undefined {
  const zones = reader.list('zones', 'a,b,c')
  const twice = zones?.find((zone, index) => zones.indexOf(zone) < index)
  if (twice !== undefined) {
    reader.fail('zones', [usageProblem(`--zones names ${twice} twice`, 'name each zone once')])
  }
  return zones
}

function schedulersFrom(reader: Reader): readonly string[] | undefined {
  const files = reader.values('scheduler-config')
  return files.length === 0 ? undefined : files
}

function trialsFrom(reader: Reader, { trials }: Known): readonly string[] | undefined {
  const names = reader.list('trials', 'restart,drain')
  for (const name of names ?? []) {
    if (!trials.includes(name)) reader.unknown('trials', name, trials)
  }
  return names
}

function acceptedFrom(reader: Reader, { remedies }: Known): readonly string[] {
  const names = reader.values('accept')
  for (const name of names) if (!remedies.includes(name)) reader.unknown('accept', name, remedies)
  return names
}

function scheduleFrom(reader: Reader): Schedule {
  const replayed = reader.read('replay', parseSchedule)
  if (replayed !== undefined) return replayed
  const seed = reader.read('seed', text => parseCount(text, '--seed', { least: 0 }))
  return seed === undefined ? defaultSchedule : { ...defaultSchedule, seed }
}

function reportsFrom(reader: Reader, known: Known): readonly ReportTarget[] {
  const formats = known.formats.filter(format => !(format in templated))
  return reader.values('report').flatMap(text => {
    const at = text.indexOf('=')
    const format = at < 0 ? text : text.slice(0, at)
    const file = at < 0 ? undefined : text.slice(at + 1)
    if (!formats.includes(format)) {
      reader.unknown('report', format, formats)
      return []
    }
    if (file === '') {
      const todo = `write --report ${format}=FILE, or --report ${format} for stdout`
      reader.fail('report', [usageProblem(`--report ${text} names no file`, todo)])
      return []
    }
    return [{ format, ...(file !== undefined && { file }) }]
  })
}
