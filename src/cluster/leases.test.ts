import { describe, expect, it } from 'vitest'
import type { World } from '../engine/world.ts'
import type { Node, Pod } from '../kube/generated/types.ts'
import type { KubeObject } from '../kube/object.ts'
import { kubeletName } from '../nodes/kubelet.ts'
import { nodeFromPool } from '../nodes/node-object.ts'
import { createCluster, epochMsDefault, request } from './cluster.ts'

const pool = { name: 'n', count: 2, cpu: '4', memory: '8Gi' }
const details = { nowMs: epochMsDefault, kubeletVersion: 'v1.36.0', ordinal: 1 }

function cluster(): World {
  const nodes = [0, 1].map(index => nodeFromPool(pool, index, details))
  const world = createCluster({ kubernetes: '1.36', nodes })
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default' },
    spec: { nodeName: 'n-1', containers: [{ name: 'main', image: 'web:1' }] },
  }
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } }
  create(world, { ...account, metadata: { ...account.metadata, namespace: 'default' } })
  create(world, pod)
  world.runFor(30_000)
  return world
}

function create(world: World, object: object): void {
  expect(request(world, { verb: 'create', object: object as KubeObject })).toMatchObject({
    ok: true,
  })
}

/** A webhook that is asked about these resources and, as scripted, answers so. */
function register(world: World, resources: readonly string[], answer: string): void {
  create(world, {
    apiVersion: 'seatrial.dev/v1',
    kind: 'Webhook',
    metadata: { name: 'script', namespace: 'default' },
    spec: { webhook: 'check.example.com', answer },
  })
  create(world, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'check' },
    webhooks: [
      {
        name: 'check.example.com',
        clientConfig: { url: 'https://10.9.9.9/' },
        failurePolicy: 'Fail',
        rules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['UPDATE'], resources }],
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        timeoutSeconds: 3,
      },
    ],
  })
}

function answerWith(world: World, answer: string): void {
  const target = { kind: 'Webhook.seatrial.dev', namespace: 'default', name: 'script' }
  request(world, { verb: 'patch', target, patchType: 'merge', patch: { spec: { answer } } })
}

function isReady(world: World, node: string): string {
  const { status } = world.store.get('Node', node) as Node
  return status?.conditions?.find(({ type }) => type === 'Ready')?.status ?? ''
}

function podIsReady(world: World): string {
  const { status } = world.store.get('Pod', 'default/web') as Pod
  return status?.conditions?.find(({ type }) => type === 'Ready')?.status ?? ''
}

/** When the Ready condition of a node turned, in seconds after `sinceMs`. */
function turns(world: World, node: string, sinceMs: number): readonly string[] {
  const log = world.store.logOf('Node')
  const lines: string[] = []
  let last = ''
  for (let index = 0; index < log.length; index += 1) {
    const { key, after, atMs } = log.at(index)
    const ready = (after as Node | undefined)?.status?.conditions?.find(c => c.type === 'Ready')
    if (key !== node || ready === undefined || ready.status === last) continue
    last = ready.status
    if (atMs >= sinceMs) lines.push(`${Math.round((atMs - sinceMs) / 1000)} ${last}`)
  }
  return lines
}

describe('leases behind a webhook', () => {
  it('that refuses them turn every node Unknown, and live kubelets say otherwise', () => {
    const world = cluster()
    const sinceMs = world.nowMs
    register(world, ['*'], 'refuse')
    world.runFor(122_000)
    // The last renewal is noticed 5 s later and counts for 50 s; the kubelet says otherwise with
    // its next status, which is noticed 5 s later too.
    const rhythm = ['55 Unknown', '60 True', '115 Unknown', '120 True']
    expect(turns(world, 'n-1', sinceMs)).toEqual(rhythm)
    expect(turns(world, 'n-2', sinceMs)).toEqual(turns(world, 'n-1', sinceMs))
    answerWith(world, 'allow')
    world.runFor(120_000)
    expect(isReady(world, 'n-1')).toBe('True')
    expect(podIsReady(world)).toBe('True')
    expect(turns(world, 'n-1', sinceMs)).toHaveLength(4)
  })

  it('is given up when the webhook refuses the status of nodes too', () => {
    const world = cluster()
    register(world, ['*/*'], 'refuse')
    world.runFor(200_000)
    // Nobody can write that the nodes are silent.
    expect(isReady(world, 'n-1')).toBe('True')
    const target = { kind: 'ValidatingWebhookConfiguration', name: 'check' }
    request(world, { verb: 'delete', target })
    world.runFor(120_000)
    expect(isReady(world, 'n-1')).toBe('True')
  })

  it('that allows them changes nothing and lets the cluster rest', () => {
    const world = cluster()
    const revision = world.store.revision
    register(world, ['*'], 'allow')
    const outcome = world.run({ untilMs: world.nowMs + 600_000 })
    expect(outcome.reason).toBe('quiescent')
    expect(world.store.revision).toBe(revision + 2)
  })

  it('that is asked about pods only is never asked about leases', () => {
    const world = cluster()
    const fork = world.fork()
    register(world, ['pods'], 'refuse')
    world.runFor(120_000)
    fork.runFor(120_000)
    expect(isReady(world, 'n-1')).toBe('True')
    expect(world.steps - fork.steps).toBeLessThan(5)
  })

  it('still end when a node is lost meanwhile, and begin again when it is back', () => {
    const world = cluster()
    register(world, ['*'], 'refuse')
    world.runFor(15_000)
    world.signal(kubeletName, { type: 'disconnect', node: 'n-1' })
    world.runFor(90_000)
    expect(isReady(world, 'n-1')).toBe('Unknown')
    answerWith(world, 'allow')
    world.runFor(60_000)
    expect(isReady(world, 'n-1')).toBe('Unknown')
    expect(isReady(world, 'n-2')).toBe('True')
    world.signal(kubeletName, { type: 'connect', node: 'n-1' })
    world.runFor(120_000)
    expect(isReady(world, 'n-1')).toBe('True')
  })
})
