// A terminal and a product for tests of the command line: it keeps what was written.

import type { Report } from '../explain/report.ts'
import { cleanReport } from '../reports/testing.ts'
import { sampleSurvival } from '../reports/survival/testing.ts'
import type { Io } from './io.ts'
import { emptyExploration } from '../explain/explore.ts'
import type { ExploreCheckOptions, ExploreReport } from '../index.ts'
import type { Product } from './product.ts'
import { runProgram } from './program.ts'

export interface FakeIo extends Io {
  readonly written: { out: string; err: string }
}

export function fakeIo(env: Io['env'] = {}): FakeIo {
  const written = { out: '', err: '' }
  let ticks = 0
  return {
    written,
    out: text => {
      written.out += text
    },
    err: text => {
      written.err += text
    },
    env,
    isOutTerminal: false,
    isErrTerminal: false,
    invocation: 'seatrial',
    clockMs: () => (ticks += 40),
  }
}

/** One act of which a few schedules go wrong. */
const exploredWeb: ExploreReport['scenarios'][number] = {
  trial: 'restart',
  subject: 'Deployment shop/web',
  runs: 40,
  exhaustive: true,
  endStates: 2,
  outcomes: [
    {
      verdict: 'rollout-stuck',
      object: { kind: 'Deployment', namespace: 'shop', name: 'web' },
      severity: 'error',
      message: 'ReplicaSet "web-1" has timed out progressing.',
      schedules: 3,
      schedule: 'st2.1.d20.7-1',
      departures: 1,
      story: [
        { at: 0.002, actor: 'kubelet', text: 'delivery of Pod, before ada', departure: true },
        { at: 0.004, actor: 'deployment-controller', text: 'writes Deployment shop/web: status' },
      ],
    },
  ],
}

function exploredBy(options: ExploreCheckOptions, kubernetes: string): ExploreReport {
  const platform = { kubernetes: kubernetes.slice(1), pools: [], objects: [] }
  return { ...emptyExploration(platform, options), scenarios: [exploredWeb] }
}

/** A product that answers this report, without running anything. */
export function fakeProduct(report: Report = cleanReport): Product {
  return {
    trialNames: ['install', 'restart', 'lose-node', 'drain'],
    strategyNames: ['deviations', 'exhaustive', 'pct', 'random'],
    kubernetesDefault: '1.36',
    runFieldChain: (_loaded, _options, { ref, path }) => ({
      object: ref,
      path,
      value: undefined,
      links: [],
    }),
    explainPod: () => [],
    foreignSchedule: () => undefined,
    runExplore: (_, options) => exploredBy(options, report.kubernetes),
    runExploreTrials: (_, options) => exploredBy(options, report.kubernetes),
    runCheck: (loaded, { sources }) => ({
      ...report,
      platform: { ...report.platform, sources },
      assumptions: [...report.assumptions, ...loaded.assumptions],
      problems: [
        ...report.problems,
        ...loaded.problems.map(({ code, severity, what }) => ({ code, severity, text: what })),
      ],
    }),
    withRemedies: found => found,
    runSize: () => [
      { trial: 'install', nodes: 3, tried: 4 },
      { trial: 'restart', nodes: undefined, tried: 4 },
    ],
    runSurvive: (_loaded, { sources }) => ({
      ...sampleSurvival,
      platform: { ...sampleSurvival.platform, sources },
    }),
    runTrialFiles: files =>
      files.map(file => ({
        file,
        name: 'night',
        met: report.findings.length === 0,
        expectations: [
          {
            met: report.findings.length === 0,
            location: { file, line: 9 },
            expected: 'never down',
            seen: 'down Service shop/db for 346 s',
          },
        ],
        report,
      })),
  }
}

/** Runs one command line as the process would. */
export async function typed(
  line: string,
  io: FakeIo = fakeIo(),
): Promise<{ readonly status: number; readonly out: string; readonly err: string }> {
  const argv = line.split(' ').filter(word => word !== '')
  const status = await runProgram(argv, io)
  return { status, ...io.written }
}
