// Suite `cel`: evaluations of compiled rules per second on one core, and compilations.

import { admissionEnvironment } from '../src/kube/cel/admission-environment.ts'
import { type Bindings, compile, type Program } from '../src/kube/cel/compile.ts'
import { type Measured, timedRow, type Suite, type SuiteOptions } from './suite.ts'

const object = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'team-a', labels: { app: 'web' } },
  spec: {
    replicas: 3,
    template: {
      spec: {
        containers: [
          { name: 'main', image: 'registry.example/team/app:v1.2.3' },
          { name: 'side', image: 'docker.io/library/nginx:1.27' },
        ],
      },
    },
  },
}

const bindings: Bindings = { object, oldObject: null, params: { maxReplicas: 5 }, request: {} }

interface Rule {
  readonly workload: string
  readonly text: string
  readonly perSecondMin: number
}

const rules: readonly Rule[] = [
  {
    workload: 'rule of two clauses',
    text: 'object.spec.replicas <= params.maxReplicas && object.metadata.labels.app == "web"',
    perSecondMin: 1_000_000,
  },
  {
    workload: 'rule over containers',
    text: 'object.spec.template.spec.containers.all(c, c.image.startsWith("registry.example/") || !c.image.endsWith(":latest"))',
    perSecondMin: 200_000,
  },
]

function programOf(text: string): Program {
  const compiled = compile(text, admissionEnvironment({ params: true }))
  if (!compiled.ok) throw new Error(compiled.error)
  return compiled.program
}

const evaluations = 100_000

function evaluationSamples(text: string, runs: number): number[] {
  const program = programOf(text)
  return Array.from({ length: runs + 3 }, () => {
    const started = performance.now()
    for (let index = 0; index < evaluations; index += 1) {
      if (program.evaluate(bindings).value !== true) throw new Error(`${text} holds`)
    }
    return (performance.now() - started) / evaluations
  }).slice(3)
}

const compilations = 500

/** Texts differ, so that none is found in the cache. */
function compilationSamples(runs: number): number[] {
  const [rule] = rules as [Rule]
  return Array.from({ length: runs + 3 }, (_each, run) => {
    const started = performance.now()
    for (let index = 0; index < compilations; index += 1) {
      programOf(`${rule.text} && ${run * compilations + index} >= 0`)
    }
    return (performance.now() - started) / compilations
  }).slice(3)
}

function measured(workload: string, samples: readonly number[], perSecondMin: number): Measured {
  const about = { nodes: 0, pods: 0, engine: 'closures', millisecondsMax: 1000 / perSecondMin }
  return { workload, samples, ...about }
}

export const rows: Suite['rows'] = ({ runs, say }: SuiteOptions) => {
  const evaluated = rules.map(({ workload, text, perSecondMin }) => {
    say(`${workload}: ${runs} × ${evaluations} evaluations`)
    return timedRow(measured(workload, evaluationSamples(text, runs), perSecondMin))
  })
  say(`compilation: ${runs} × ${compilations}`)
  const compiled = timedRow(measured('compilation', compilationSamples(runs), 2000))
  return Promise.resolve([...evaluated, compiled])
}
