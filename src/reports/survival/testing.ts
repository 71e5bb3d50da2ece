// A survival report for tests: a DNS of one replica, a store of three, a web of two.

import type { SurvivalFate, SurvivalReport, SurvivalRow } from '../../explain/survival.ts'
import { cleanReport } from '../testing.ts'

const zero = { seconds: 0, open: false }
const unhurt = (strike: string): SurvivalFate => ({
  strike,
  down: zero,
  degraded: zero,
  stale: zero,
  breaksSla: false,
})

const dns: SurvivalRow = {
  object: { kind: 'Service', namespace: 'kube-system', name: 'kube-dns' },
  workloads: [{ kind: 'Deployment', namespace: 'kube-system', name: 'coredns' }],
  endpoints: 1,
  slaSeconds: 60,
  severity: 'error',
  worst: 'node n2',
  fates: [
    unhurt('node n1'),
    {
      ...unhurt('node n2'),
      down: { seconds: 346.2, open: false },
      stale: { seconds: 46, open: false },
      breaksSla: true,
    },
  ],
}

const store: SurvivalRow = {
  object: { kind: 'StatefulSet', namespace: 'shop', name: 'db' },
  workloads: [{ kind: 'StatefulSet', namespace: 'shop', name: 'db' }],
  endpoints: 3,
  slaSeconds: 60,
  severity: 'error',
  worst: 'node n1',
  fates: [
    {
      ...unhurt('node n1'),
      degraded: { seconds: 1200, open: true },
      quorum: { needed: 2, members: 3, least: 1, lost: { seconds: 1200, open: true } },
    },
    {
      ...unhurt('node n2'),
      degraded: { seconds: 1200, open: true },
      quorum: { needed: 2, members: 3, least: 2, lost: zero },
    },
  ],
}

const web: SurvivalRow = {
  object: { kind: 'Service', namespace: 'shop', name: 'web' },
  workloads: [{ kind: 'Deployment', namespace: 'shop', name: 'web' }],
  endpoints: 2,
  slaSeconds: 60,
  severity: 'info',
  worst: 'node n1',
  fates: [unhurt('node n1'), unhurt('node n2')],
}

export const sampleSurvival: SurvivalReport = {
  apiVersion: 'seatrial.dev/v1',
  kind: 'Survival',
  seatrial: cleanReport.seatrial,
  kubernetes: cleanReport.kubernetes,
  run: cleanReport.run,
  platform: cleanReport.platform,
  strikes: [
    { kind: 'node', name: 'n1', nodes: ['n1'], alike: ['n3'] },
    { kind: 'node', name: 'n2', nodes: ['n2'], alike: [] },
  ],
  rows: [store, dns, web],
  worst: {
    object: dns.object,
    strike: 'node n2',
    moments: [
      { at: 0, text: 'n2 lost' },
      { at: 46.2, text: 'NotReady' },
      { at: 346.2, text: 'evicted' },
      { at: 346.2, text: 'bound to n1' },
      { at: 349, text: 'ready' },
    ],
  },
  unready: [{ kind: 'Service', namespace: 'shop', name: 'none' }],
  assumptions: [],
  unmodelled: [],
  problems: [],
}
