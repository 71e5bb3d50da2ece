// Every flag as data: its letters (kubectl's where kubectl has one), its words, its environment
// variable. Commands name the flags they take.

export interface Flag {
  readonly name: string
  readonly short?: string
  /** The name of its value in help; absent for a switch. */
  readonly value?: string
  /** What may be given, where that is a fixed set. */
  readonly values?: readonly string[]
  /** May be given several times. */
  readonly repeats?: boolean
  readonly group: 'Input' | 'Platform' | 'Trials' | 'Output'
  readonly doc: string
  /** Where it has no SEATRIAL_ variable. */
  readonly noEnv?: boolean
}

export const flags = [
  {
    name: 'filename',
    short: 'f',
    value: 'PATH',
    repeats: true,
    group: 'Input',
    doc: 'file, folder or - (stdin); the same as a plain argument',
  },
  {
    name: 'recursive',
    short: 'R',
    group: 'Input',
    doc: 'accepted as in kubectl; folders are always read with all that lies below',
  },
  {
    name: 'kustomize',
    short: 'k',
    value: 'DIR',
    repeats: true,
    group: 'Input',
    doc: 'kustomization, built by your own kubectl or kustomize',
  },
  {
    name: 'namespace',
    short: 'n',
    value: 'NAME',
    group: 'Input',
    doc: 'namespace of objects that name none',
  },
  {
    name: 'selector',
    short: 'l',
    value: 'SELECTOR',
    group: 'Input',
    doc: 'only objects with these labels, as in kubectl apply: app=web,tier!=cache',
  },
  {
    name: 'all-namespaces',
    short: 'A',
    group: 'Input',
    doc: 'accepted as in kubectl; objects of every namespace are always judged',
  },
  { name: 'nodes', value: 'N', group: 'Platform', doc: 'number of nodes' },
  { name: 'node-size', value: 'CPUxMEMORY', group: 'Platform', doc: 'size of a node: 4x16Gi' },
  { name: 'zones', value: 'A,B,C', group: 'Platform', doc: 'zones that nodes are spread over' },
  {
    name: 'pool',
    value: 'KEY=VALUE,…',
    repeats: true,
    group: 'Platform',
    doc:
      'a node pool: name=workers,count=3,cpu=4,memory=16Gi,zones=a;b,labels=k=v,' +
      'taints=k=v:NoSchedule',
  },
  {
    name: 'scheduler-config',
    value: 'FILE',
    repeats: true,
    group: 'Platform',
    doc: 'a KubeSchedulerConfiguration, one for each kube-scheduler (docs/scheduler.md)',
  },
  { name: 'kubernetes', value: 'MINOR', group: 'Platform', doc: 'Kubernetes version: 1.36' },
  {
    name: 'trials',
    value: 'NAME,…',
    values: [
      'install',
      'restart',
      'lose-node',
      'lose-zone',
      'drain',
      'upgrade',
      'scale',
      'cold-start',
      'admission',
    ],
    group: 'Trials',
    doc:
      'trials to run after install: restart, lose-node, lose-zone, drain; ' +
      'only when named: upgrade, scale, cold-start, admission',
  },
  { name: 'seed', value: 'N', group: 'Trials', doc: 'seed of everything that is random (1)' },
  {
    name: 'replay',
    value: 'SCHEDULE',
    group: 'Trials',
    doc: 'repeat a run: the schedule that a report printed',
    noEnv: true,
  },
  {
    name: 'subject',
    value: 'NAME',
    group: 'Trials',
    doc: "explore only acts on this: 'Deployment default/web', 'node workers-1'",
    noEnv: true,
  },
  {
    name: 'strategy',
    value: 'NAME',
    group: 'Trials',
    doc: 'how explore chooses: deviations, exhaustive, pct or random (deviations)',
  },
  { name: 'runs', value: 'N', group: 'Trials', doc: 'the most schedules for each act (200)' },
  {
    name: 'window',
    value: 'MS',
    group: 'Trials',
    doc: 'events so many ms apart may happen in either order (20)',
  },
  {
    name: 'deviations',
    value: 'N',
    group: 'Trials',
    doc: 'the most departures from the documented order in one schedule (1)',
  },
  {
    name: 'states',
    value: 'N',
    group: 'Trials',
    doc: 'the most states that --strategy exhaustive visits for each act (20000)',
  },
  {
    name: 'memory',
    value: 'MIB',
    group: 'Trials',
    doc: 'the most memory for what is known of visited states (1024)',
  },
  {
    name: 'stale',
    value: 'N',
    group: 'Trials',
    doc: 'a cache may stay behind by so many changes of a kind while time passes (0)',
  },
  {
    name: 'crashes',
    value: 'N',
    group: 'Trials',
    doc: 'so many components may crash and list again, at any moment (0)',
  },
  {
    name: 'fault',
    value: 'KIND=WHAT',
    repeats: true,
    group: 'Trials',
    doc: 'a fault that explore lets strike at any moment: node-loss=workers-1',
  },
  {
    name: 'interleave',
    group: 'Trials',
    doc: 'explore also lets others run between any two requests of a reconcile',
  },
  {
    name: 'smallest',
    group: 'Trials',
    doc: 'explore looks for the fewest nodes and replicas that still show what breaks',
  },
  {
    name: 'depth',
    value: 'N',
    group: 'Trials',
    doc: 'how many orderings a fault needs, for --strategy pct (3)',
  },
  {
    name: 'shard',
    value: 'I/N',
    group: 'Trials',
    doc: 'explore only every Nth act, from the Ith on',
  },
  {
    name: 'jobs',
    value: 'N',
    group: 'Trials',
    doc: 'explore with so many processes at a time; the report is the same (1)',
  },
  {
    name: 'record',
    value: 'DIR',
    group: 'Output',
    doc: 'save each violation as a recording that seatrial replay takes',
  },
  {
    name: 'remedies',
    value: 'N',
    group: 'Trials',
    doc:
      'run the trials at most N times again in search of remedies (12, fewer on large ' +
      'platforms); 0 for none',
  },
  {
    name: 'playbooks',
    value: 'PATH',
    group: 'Input',
    doc: "follow the installer's playbooks as well: its folder, or one playbook in it",
    noEnv: true,
  },
  {
    name: 'fact',
    value: 'NAME=VALUE',
    repeats: true,
    group: 'Input',
    doc: 'a fact of all hosts that playbooks ask for: os_family=RedHat (a common Debian)',
    noEnv: true,
  },
  {
    name: 'plan',
    value: 'PATH',
    group: 'Input',
    doc: 'the steps from the inventory to this one, with what each of them risks',
    noEnv: true,
  },
  {
    name: 'why',
    value: 'HOST',
    group: 'Output',
    doc: 'tell why a tool lands on this host or not; the tool is the last argument',
    noEnv: true,
  },
  {
    name: 'write',
    group: 'Output',
    doc: 'write proven fixes into your files; without it fix only shows them',
    noEnv: true,
  },
  {
    name: 'accept',
    value: 'REMEDY',
    repeats: true,
    group: 'Output',
    doc: 'also write this suggestion, which gives something up: allow-unavailable',
    noEnv: true,
  },
  {
    name: 'windows',
    value: 'N',
    group: 'Trials',
    doc: 'run the trials in N windows of the scheduler, from 100 nodes up (1; at most 8)',
  },
  { name: 'max-nodes', value: 'N', group: 'Trials', doc: 'the most nodes that size tries (12)' },
  {
    name: 'fail-on',
    value: 'SEVERITY',
    values: ['error', 'warning', 'info', 'never'],
    group: 'Output',
    doc: 'error, warning, info or never: what makes the exit status 1 (error)',
  },
  {
    name: 'baseline',
    value: 'FILE',
    group: 'Output',
    doc: 'tell only what is new: a report written before with -o name or -o json',
  },
  {
    name: 'output',
    short: 'o',
    value: 'FORMAT',
    values: [
      'text',
      'table',
      'wide',
      'name',
      'json',
      'yaml',
      'jsonpath=',
      'custom-columns=',
      'markdown',
      'github',
      'junit',
      'sarif',
    ],
    group: 'Output',
    doc:
      'text, table, wide, name, json, yaml, jsonpath=…, custom-columns=…, markdown, github, ' +
      'junit or sarif (text)',
  },
  {
    name: 'report',
    value: 'FORMAT=FILE',
    repeats: true,
    group: 'Output',
    doc: 'also write a report; without =FILE it goes to stdout',
  },
  {
    name: 'show-config',
    group: 'Output',
    doc: 'print what applies and who set it, then stop',
    noEnv: true,
  },
  {
    name: 'color',
    value: 'WHEN',
    values: ['auto', 'always', 'never'],
    group: 'Output',
    doc: 'always, never or auto (auto)',
  },
  {
    name: 'verbosity',
    short: 'v',
    value: 'N',
    group: 'Output',
    doc: '-v also tells notes and times; -v=0 is the default',
  },
] as const satisfies readonly Flag[]

export type FlagName = (typeof flags)[number]['name']

/** SEATRIAL_FAIL_ON of fail-on; undefined where there is none. */
export function envName(flag: Flag): string | undefined {
  if (flag.noEnv === true) return undefined
  return `SEATRIAL_${flag.name.toUpperCase().replaceAll('-', '_')}`
}

/** The value of a flag and who gave it: `--nodes` or `SEATRIAL_NODES`. */
export interface GivenFlag {
  readonly values: readonly string[]
  readonly setBy: string
}

export type GivenFlags = ReadonlyMap<FlagName, GivenFlag>

/** What the command line gave, and for the rest what the environment gives. */
export function withEnvironment(
  typed: GivenFlags,
  env: Readonly<Record<string, string | undefined>>,
): GivenFlags {
  const given = new Map(typed)
  for (const flag of flags as readonly (Flag & { readonly name: FlagName })[]) {
    const variable = envName(flag)
    const value = variable === undefined ? undefined : env[variable]
    if (given.has(flag.name) || variable === undefined) continue
    if (value === undefined || value === '') continue
    const values = flag.repeats === true ? value.split(/\s+/) : [value]
    given.set(flag.name, { values, setBy: variable })
  }
  return given
}

/** Variables that look like ours and are not. */
export function unknownVariables(
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const known = new Set((flags as readonly Flag[]).map(envName))
  return Object.keys(env)
    .filter(name => name.startsWith('SEATRIAL_') && !known.has(name))
    .sort()
}
