// A small report for the tests of renderers: one error with a cause and a remedy, one warning, one
// note, over a file of a few lines.

import type { Bounds, Finding, Report } from '../explain/report.ts'
import type { ReportContext } from './framework.ts'

export const manifest = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  replicas: 3
  template:
    spec:
      affinity:
        podAntiAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
          - topologyKey: kubernetes.io/hostname
`

export const context: ReportContext = {
  color: false,
  sourceText: file => (file === 'deploy/web.yaml' ? manifest : undefined),
  command: 'seatrial check deploy --nodes 2',
}

const web = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' }

function bounds(runs: number, events: number): Bounds {
  return { nodes: 2, events, virtualSeconds: 900, runs, schedules: 'one: the documented rule' }
}

const pending: Finding = {
  id: 'ST1001-00c0ffee',
  rule: 'ST1001',
  verdict: 'pending-forever',
  severity: 'error',
  trial: 'install',
  at: 41,
  object: { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'web-6d4cf56db6-k2xqz' },
  workload: web,
  count: 1,
  message:
    "0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules. preemption: 0/2 " +
    'nodes are available: 2 No preemption victims found for incoming pod.',
  location: {
    file: 'deploy/web.yaml',
    line: 12,
    column: 11,
    path: 'spec.template.spec.affinity.podAntiAffinity',
  },
  causes: [
    {
      code: 'replicas-exceed-domains',
      text: '3 replicas need 3 nodes that differ in kubernetes.io/hostname, and there are 2',
      facts: { replicas: 3, domains: 2 },
      locations: [{ file: 'deploy/web.yaml', line: 7, column: 3, path: 'spec.replicas' }],
      writers: ['kubectl'],
    },
  ],
  remedies: [
    {
      name: 'two-replicas',
      kind: 'suggestion',
      applicability: 'proven',
      summary: 'spec.replicas: 2',
      cost: 'one replica less',
      edits: [{ file: 'deploy/web.yaml', start: 91, end: 92, text: '2' }],
      diff: '-  replicas: 3\n+  replicas: 2\n',
      proof: 'install, restart and lose-node ran again: nothing is Pending',
    },
  ],
}

const down: Finding = {
  id: 'ST1101-0000beef',
  rule: 'ST1101',
  verdict: 'down',
  severity: 'warning',
  trial: 'lose-node',
  subject: 'node workers-1',
  at: 0,
  seconds: 346,
  object: { apiVersion: 'v1', kind: 'Service', namespace: 'shop', name: 'db|a' },
  count: 2,
  message: 'no serving pod for 346 s\n<b>&"\'% , : ]]>',
  causes: [],
  remedies: [],
}

const waited: Finding = {
  ...down,
  id: 'ST1002-00000001',
  rule: 'ST1002',
  verdict: 'pending-transient',
  severity: 'info',
  trial: 'install',
  at: 3_725.4,
  seconds: 0.4,
  message: 'waited 0.4 s',
}

/** A report of three trials; the last one holds. */
export const sampleReport: Report = {
  apiVersion: 'seatrial.dev/v1',
  kind: 'Report',
  seatrial: { version: '0.1.0' },
  kubernetes: 'v1.36',
  run: {
    seed: 1,
    schedule: 'st2.1.d',
    digest: '0123456789abcdef',
    virtualSeconds: 900,
    wallMs: 0,
    bounds: bounds(5, 1_234),
  },
  platform: {
    nodes: [
      { name: 'workers-1', pool: 'workers' },
      { name: 'workers-2', pool: 'workers' },
    ],
    workloads: 2,
    pods: 4,
    sources: ['deploy'],
  },
  trials: [
    {
      name: 'install',
      outcome: 'findings',
      summary: 'installs 2 workloads',
      findings: [waited.id, pending.id],
      bounds: bounds(1, 400),
    },
    {
      name: 'lose-node',
      outcome: 'findings',
      summary: 'loses each of 2 nodes',
      findings: [down.id],
      bounds: bounds(2, 800),
    },
    { name: 'drain', outcome: 'holds', summary: '', findings: [], bounds: bounds(2, 1) },
  ],
  findings: [waited, pending, down],
  assumptions: [{ what: '2 nodes', why: 'nothing says what nodes there are', setBy: 'default' }],
  unmodelled: [{ kind: 'Certificate.cert-manager.io', count: 3, effect: 'nothing acts on it' }],
  problems: [
    {
      code: 'ST0105',
      severity: 'error',
      file: 'deploy/web.yaml',
      line: 6,
      column: 1,
      text: 'bad indentation',
      why: 'the file is not YAML',
      todo: 'mend the line',
    },
  ],
}

/** The same report when nothing was found. */
export const cleanReport: Report = {
  ...sampleReport,
  trials: sampleReport.trials.map(trial => ({ ...trial, outcome: 'holds', findings: [] })),
  findings: [],
  assumptions: [],
  unmodelled: [],
  problems: [],
}
