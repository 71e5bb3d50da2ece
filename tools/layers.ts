// The import table (DESIGN section 3) as data: a folder imports folders of lower tiers only. To
// allow a new edge, change a row here and say why in the commit. `tools/tidy.ts` enforces it.

/** One folder below src/, its tier, and the shape of the members it may hold. */
export interface Layer {
  readonly folder: string
  readonly tier: number
  /** Files or folders of the same tier that may be imported nevertheless, with the reason. */
  readonly also?: Readonly<Record<string, string>>
  /** Where members live: one file or folder each, one line in the registry beside them. */
  readonly members?: Members
}

export interface Members {
  /** The folder of the registry, below src/. */
  readonly folder: string
  /** The types after `satisfies` that make an exported constant a member. */
  readonly shapes: readonly string[]
}

export const layers: readonly Layer[] = [
  { folder: 'base', tier: 0 },
  { folder: 'kube', tier: 1 },
  { folder: 'engine', tier: 2 },
  { folder: 'apiserver', tier: 3 },
  {
    folder: 'admission',
    tier: 4,
    members: { folder: 'admission', shapes: ['AdmissionPlugin'] },
  },
  {
    folder: 'scheduler',
    tier: 4,
    members: {
      folder: 'scheduler/plugins',
      shapes: [
        'SchedulerPlugin',
        'Plugin',
        'PreEnqueuePlugin',
        'QueueSortPlugin',
        'PreFilterPlugin',
        'FilterPlugin',
        'PostFilterPlugin',
        'PreScorePlugin',
        'ScorePlugin',
        'ReservePlugin',
        'PermitPlugin',
        'PreBindPlugin',
        'BindPlugin',
      ],
    },
  },
  { folder: 'controllers', tier: 4, members: { folder: 'controllers', shapes: ['Controller'] } },
  { folder: 'nodes', tier: 4 },
  {
    folder: 'platforms',
    tier: 4,
    also: {
      controllers: 'third-party controllers have the shape of the built-in ones',
      scheduler: 'autoscalers and the descheduler ask the filters of the scheduler',
    },
    members: { folder: 'platforms', shapes: ['Controller', 'Operator', 'PlatformProgram'] },
  },
  { folder: 'cluster', tier: 5 },
  { folder: 'faults', tier: 6, members: { folder: 'faults', shapes: ['Fault'] } },
  { folder: 'checks', tier: 6, members: { folder: 'checks', shapes: ['Check'] } },
  { folder: 'trials', tier: 7 },
  { folder: 'explain', tier: 8 },
  {
    folder: 'remedies',
    tier: 8,
    also: { 'explain/report.ts': 'a remedy reads causes and writes edits of the report contract' },
    members: { folder: 'remedies', shapes: ['Remedy'] },
  },
  { folder: 'sources', tier: 9, members: { folder: 'sources', shapes: ['Source'] } },
  { folder: 'reports', tier: 9, members: { folder: 'reports', shapes: ['Reporter'] } },
  { folder: 'server', tier: 9 },
  { folder: 'index.ts', tier: 10 },
  {
    folder: 'cli',
    tier: 10,
    also: { 'index.ts': 'the command line is a user of the public API' },
    members: { folder: 'cli/commands', shapes: ['Command'] },
  },
]

/** Tiers up to this one compile without Node and DOM names and are deterministic. */
export const coreTierMax = 8

/** Packages that core code may use: functions of their arguments, without clock or input. */
export const purePackages: Readonly<Record<string, string>> = {
  'js-yaml': 'programs of the cluster read YAML that a ConfigMap holds as text',
  re2js: 'expressions of users have patterns in the syntax of RE2, matched in linear time',
}

/** Names that core code may not use, each with what takes its place. */
export const bannedInCore: Readonly<Record<string, string>> = {
  Date: 'time is integer milliseconds passed in (nowMs); format it with src/kube',
  'Math.random': 'draw from a named stream of src/base/prng.ts or ask a ChoicePoint',
  setTimeout: 'ask the engine to wake the actor (turn.wakeAfter)',
  setInterval: 'ask the engine to wake the actor (turn.wakeAfter)',
  setImmediate: 'ask the engine to wake the actor (turn.wakeAfter)',
  queueMicrotask: 'the engine is synchronous: call the function',
  performance: 'measure in bench/; product time is nowMs',
  crypto: 'hash with src/base/hash.ts; draw from src/base/prng.ts',
  Intl: 'format by hand; order with compareStrings of src/base/compare.ts',
  localeCompare: 'compareStrings of src/base/compare.ts orders by code unit',
  toLocaleString: 'format by hand: the result may not depend on a locale',
  toLocaleLowerCase: 'toLowerCase does not depend on a locale',
  toLocaleUpperCase: 'toUpperCase does not depend on a locale',
  Promise: 'the engine is synchronous: return the value, or write a generator',
  async: 'the engine is synchronous: return the value, or write a generator',
  await: 'the engine is synchronous: return the value, or write a generator',
  process: 'options come in as arguments; only tiers 9-10 know the process',
  console: 'return data; only tiers 9-10 print',
  structuredClone: 'objects are immutable: share them, build new ones with spread',
}
