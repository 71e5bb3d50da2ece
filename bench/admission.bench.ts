// Suite `admission`: what mutators cost, and what it costs that they are remembered.

import { admissionPlugins } from '../src/admission/registry.ts'
import { MutationSystem } from '../src/admission/gatekeeper/system.ts'
import { handle } from '../src/apiserver/server.ts'
import { apiContext, installer } from '../src/cluster/api-context.ts'
import { request } from '../src/cluster/cluster.ts'
import type { World } from '../src/engine/world.ts'
import type { KubeObject } from '../src/kube/object.ts'
import { emptyWorld, type Platform } from '../src/trials/platform.ts'
import type { PoolSpec } from '../src/trials/spec.ts'
import { type Row, timedRow, type Suite, type SuiteOptions } from './suite.ts'

const mutatorCount = 50
const podCount = 10_000
const requestCount = 2000

/** A tenth of the mutators is for pods of this namespace, as on a platform of ten teams. */
function mutator(index: number, isForAll: boolean): KubeObject {
  const match = isForAll
    ? {}
    : { match: { scope: 'Namespaced', namespaces: [`team-${index % 10}`] } }
  return {
    apiVersion: 'mutations.gatekeeper.sh/v1',
    kind: 'Assign',
    metadata: { name: `assign-${String(index).padStart(2, '0')}` },
    spec: {
      applyTo: [{ groups: [''], versions: ['v1'], kinds: ['Pod'] }],
      ...match,
      location: `spec.nodeSelector.key-${index}`,
      parameters: { assign: { value: 'a' } },
    },
  }
}

function pod(index: number): KubeObject {
  const namespace = `team-${index % 10}`
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `web-${index % 200}-`,
      namespace,
      labels: { app: `web-${index % 200}` },
    },
    spec: {
      containers: [
        { name: 'main', image: 'nginx:1.27' },
        { name: 'side', image: 'envoy:1' },
      ],
    },
  }
}

function timed(runs: number, work: () => void): number[] {
  return Array.from({ length: runs + 2 }, () => {
    const started = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(started)
    return (user + system) / 1000
  }).slice(2)
}

function gatekeeperRow(isForAll: boolean, { runs, say }: SuiteOptions): Row {
  const system = new MutationSystem()
  for (let index = 0; index < mutatorCount; index += 1) system.upsert(mutator(index, isForAll))
  const pods = Array.from({ length: podCount }, (_, index) => pod(index))
  const workload = `${mutatorCount} mutators, ${isForAll ? 'all' : 'five'} for each pod`
  say(`${workload}: ${runs} × ${podCount} pods`)
  const samples = timed(runs, () => {
    for (const object of pods) {
      const namespace = {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: object.metadata.namespace ?? '' },
      }
      system.mutate({ object, namespace, operation: 'CREATE', source: 'Original' })
    }
  })
  return timedRow({
    workload,
    nodes: 0,
    pods: podCount,
    engine: 'gatekeeper',
    samples,
    millisecondsMax: 1000,
  })
}

const platform: Platform = {
  kubernetes: '1.36',
  pools: [{ name: 'node', count: 1, cpu: '4', memory: '16Gi' } as PoolSpec],
  objects: [],
}

function preparedWorld(): World {
  const world = emptyWorld(platform)
  const add = (object: KubeObject): unknown => request(world, { verb: 'create', object })
  for (let team = 0; team < 10; team += 1) {
    add({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: `team-${team}` } })
  }
  for (let index = 0; index < mutatorCount; index += 1) add(mutator(index, false))
  world.run({ untilMs: world.nowMs + 5000 })
  return world
}

/** Dry runs leave no pods behind, so every sample has the same work. */
function requestSamples(runs: number, isRecorded: boolean): number[] {
  const { note, ...silent } = apiContext(preparedWorld(), installer)
  const context = isRecorded && note !== undefined ? { ...silent, note } : silent
  const pods = Array.from({ length: requestCount }, (_, index) => pod(index))
  return timed(runs, () => {
    for (const object of pods) {
      const answer = handle(context, { verb: 'create', object, dryRun: true }, admissionPlugins)
      if (!answer.ok) throw new Error(answer.status.message)
    }
  })
}

function provenanceRows({ runs, say }: SuiteOptions): Row[] {
  say(
    `${requestCount} pods through the API server, with and without a record of mutations: ${runs} runs`,
  )
  const without = requestSamples(runs, false)
  const about = { nodes: 0, pods: requestCount, engine: 'API server' }
  const plain = timedRow({
    ...about,
    workload: 'pods, nothing recorded',
    samples: without,
    millisecondsMax: 1000,
  })
  const limit = (plain.millisecondsMedian ?? 0) * 1.1
  const samples = requestSamples(runs, true)
  return [
    plain,
    timedRow({ ...about, workload: 'pods, mutations recorded', samples, millisecondsMax: limit }),
  ]
}

export const rows: Suite['rows'] = options =>
  Promise.resolve([
    gatekeeperRow(false, options),
    gatekeeperRow(true, options),
    ...provenanceRows(options),
  ])
