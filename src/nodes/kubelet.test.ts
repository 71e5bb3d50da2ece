import { describe, expect, it } from 'vitest'
import type { ApiRequest } from '../apiserver/request.ts'
import { defaultSchedule } from '../engine/schedule.ts'
import { World } from '../engine/world.ts'
import type {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  VolumeAttachment,
} from '../kube/generated/types.ts'
import { kindKeyOf } from '../kube/kinds.ts'
import { heartbeatOf } from '../kube/node-heartbeat.ts'
import { keyFrom, keyOf, type KubeObject } from '../kube/object.ts'
import { attachmentName } from '../kube/volume-attachment.ts'
import { kubelet, kubeletName, type KubeletOrder } from './kubelet.ts'
import { defaultModel, type KubeletModel } from './model.ts'
import { nodeFromPool } from './node-object.ts'

const epochMs = 1_767_225_600_000

/** Serves just what kubelets ask for: create, merge patches, delete with grace 0. */
function serve(world: World, request: unknown, writer: string): unknown {
  const asked = request as ApiRequest
  if (asked.verb === 'create') {
    const { metadata } = asked.object
    const object = { ...asked.object, metadata: { uid: `uid-${metadata.name}`, ...metadata } }
    world.write(kindKeyOf(object), keyOf(metadata), object, writer)
  } else if (asked.verb === 'patch' || asked.verb === 'delete') {
    const { kind, namespace, name } = asked.target
    const key = keyFrom(namespace, name)
    const before = world.store.get(kind, key)
    if (before === undefined) return { ok: false, code: 404 }
    const after = asked.verb === 'patch' ? (merged(before, asked.patch) as KubeObject) : undefined
    world.write(kind, key, after, writer)
  }
  return { ok: true, code: 200 }
}

function merged(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  const result: Record<string, unknown> = { ...(target as Record<string, unknown>) }
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) delete result[field]
    else result[field] = merged(result[field], value)
  }
  return result
}

const nodeNameIndex = {
  name: 'node-name',
  kind: 'Pod',
  part: (object: KubeObject) => (object as Pod).spec?.nodeName,
  values: (object: KubeObject) => [(object as Pod).spec?.nodeName ?? ''],
}

const volume: PersistentVolume = {
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'v' },
  spec: { csi: { driver: 'x', volumeHandle: 'v' } },
}

const claim: PersistentVolumeClaim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data', namespace: 'ns' },
  spec: { volumeName: 'v' },
}

class Stage {
  readonly world: World

  constructor(model: KubeletModel = defaultModel) {
    const program = { actors: [kubelet({ model })], indexes: [nodeNameIndex], serve }
    this.world = World.create(program, { epochMs, schedule: defaultSchedule, latencyMs: 0 })
    this.create(node())
  }

  create(object: KubeObject): void {
    this.world.submit({ verb: 'create', object }, 'test')
    this.run(0)
  }

  bind(name: string, extra: Partial<NonNullable<Pod['spec']>> = {}): void {
    const pod: Pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'ns', generation: 1 },
      spec: { containers: [{ name: 'main' }], ...extra },
      status: { phase: 'Pending' },
    }
    this.create(pod)
    this.patch(name, { spec: { nodeName: 'n-1' } })
  }

  patch(name: string, patch: unknown): void {
    const target = { kind: 'Pod', namespace: 'ns', name }
    this.world.submit({ verb: 'patch', target, patchType: 'merge', patch }, 'test')
    this.run(0)
  }

  mark(name: string, seconds: number): void {
    const metadata = { deletionTimestamp: 'soon', deletionGracePeriodSeconds: seconds }
    this.patch(name, { metadata: { ...metadata, generation: 2 } })
  }

  order(order: KubeletOrder): void {
    this.world.signal(kubeletName, order)
    this.run(0)
  }

  run(ms: number): void {
    const untilMs = this.world.nowMs + ms
    this.world.run({ untilMs })
    this.world.advanceTo(untilMs)
  }

  /** What the kubelets wrote about pods: time, phase, readiness. */
  writes(): string[] {
    return [...this.world.store.changesAfter(0)]
      .filter(({ kind, writer }) => kind === 'Pod' && writer === kubeletName)
      .map(({ atMs, after }) => {
        if (after === undefined) return `${atMs - epochMs} deleted`
        const { phase, conditions = [] } = (after as Pod).status ?? {}
        const ready = conditions.find(({ type }) => type === 'Ready')?.status
        return `${atMs - epochMs} ${phase} ${ready}`
      })
  }
}

function node(): Node {
  const pool = { name: 'n', count: 1, cpu: '4', memory: '8Gi', pods: 2 }
  return nodeFromPool(pool, 0, { nowMs: epochMs, kubeletVersion: 'v1.36.3', ordinal: 1 })
}

describe('kubelet', () => {
  it('reports ContainerCreating at once and Running with Ready in one write', () => {
    const stage = new Stage()
    stage.bind('web')
    stage.run(60_000)
    expect(stage.writes()).toEqual(['0 Pending False', '1000 Running True'])
  })

  it('deletes a marked pod when its containers have stopped', () => {
    const stage = new Stage()
    stage.bind('web')
    stage.run(5000)
    stage.mark('web', 30)
    stage.run(60_000)
    expect(stage.writes().slice(2)).toEqual(['6000 Succeeded False', '6000 deleted'])
  })

  it('gives a preStop sleep its time, but not more than the grace period', () => {
    const stops = [10, 100].map(seconds => {
      const stage = new Stage()
      const lifecycle = { preStop: { sleep: { seconds } } }
      stage.bind('web', { containers: [{ name: 'main', lifecycle }] })
      stage.run(5000)
      stage.mark('web', 30)
      stage.run(120_000)
      return stage.writes().at(-1)
    })
    expect(stops).toEqual(['16000 deleted', '35000 deleted'])
  })

  it('lets a pod that never started go without a last status', () => {
    const stage = new Stage()
    stage.bind('web')
    stage.mark('web', 30)
    stage.run(60_000)
    expect(stage.writes()).toEqual(['0 Pending False', '1000 deleted'])
  })

  it('does nothing on a silent node, and catches up when it returns', () => {
    const stage = new Stage()
    stage.bind('old')
    stage.run(5000)
    stage.order({ type: 'disconnect', node: 'n-1' })
    stage.bind('new')
    stage.mark('old', 30)
    stage.run(20_000)
    expect(stage.writes()).toHaveLength(2)
    stage.order({ type: 'connect', node: 'n-1' })
    stage.run(5000)
    expect(stage.writes().slice(2)).toEqual([
      '25000 Pending False',
      '25000 Succeeded False',
      '25000 deleted',
      '26000 Running True',
    ])
  })

  it('writes its lease only when its connection changes', () => {
    const stage = new Stage()
    stage.run(100_000)
    stage.order({ type: 'disconnect', node: 'n-1' })
    stage.run(100_000)
    stage.order({ type: 'connect', node: 'n-1' })
    const beats = [...stage.world.store.changesAfter(0)]
      .filter(({ kind }) => kind === 'Lease')
      .map(({ after }) => after && heartbeatOf(after))
    const everyMs = 10_000
    expect(beats).toEqual([
      { fromMs: epochMs, everyMs },
      { fromMs: epochMs, everyMs, untilMs: epochMs + 100_000 },
      { fromMs: epochMs + 200_000, everyMs },
    ])
    expect(stage.world.nextEventMs()).toBeUndefined()
  })

  it('reports readiness and exits as a trial orders them', () => {
    const stage = new Stage()
    stage.bind('web', { restartPolicy: 'Never' })
    stage.run(2000)
    stage.order({ type: 'ready', pod: 'ns/web', ready: false })
    stage.order({ type: 'exit', pod: 'ns/web', exitCode: 1 })
    expect(stage.writes().slice(2)).toEqual(['2000 Running False', '2000 Failed False'])
  })

  it('leaves a pod alone that someone else has ended', () => {
    const stage = new Stage()
    stage.bind('web')
    stage.run(2000)
    stage.patch('web', { status: { phase: 'Failed' } })
    stage.run(60_000)
    expect(stage.writes()).toHaveLength(2)
  })

  it('forgets its pods when its node is gone, and starts the next ones anew in a fork', () => {
    const stage = new Stage()
    stage.bind('web')
    const fork = stage.world.fork()
    stage.world.write('Node', 'n-1', undefined, 'test')
    stage.run(60_000)
    expect(stage.writes()).toHaveLength(1)
    fork.run({ untilMs: fork.nowMs + 60_000 })
    expect((fork.store.get('Pod', 'ns/web') as Pod).status?.phase).toBe('Running')
  })
})

describe('admission of pods that were created with their node', () => {
  const direct = (stage: Stage, name: string, cpu: string): Pod['status'] => {
    const resources = { requests: { cpu } }
    stage.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'ns' },
      spec: { nodeName: 'n-1', containers: [{ name: 'main', resources }] },
      status: { phase: 'Pending' },
    })
    return (stage.world.store.get('Pod', `ns/${name}`) as Pod).status
  }

  it('counts what is there already', () => {
    const stage = new Stage()
    expect(direct(stage, 'a', '3')?.phase).toBe('Pending')
    expect(direct(stage, 'b', '2')).toMatchObject({
      phase: 'Failed',
      reason: 'OutOfcpu',
      message:
        "Pod was rejected: Node didn't have enough resource: cpu, requested: 2000, used: 3000, capacity: 4000",
    })
    expect(direct(stage, 'c', '1')?.phase).toBe('Pending')
    expect(direct(stage, 'd', '0')?.reason).toBe('OutOfpods')
  })

  it('gives a port of the node to one pod', () => {
    const stage = new Stage()
    const status = ['a', 'b'].map(name => {
      const ports = [{ containerPort: 80, hostPort: 80 }]
      stage.create({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'ns' },
        spec: { nodeName: 'n-1', containers: [{ name: 'main', ports }] },
        status: { phase: 'Pending' },
      })
      return (stage.world.store.get('Pod', `ns/${name}`) as Pod).status
    })
    expect(status.map(each => each?.reason)).toEqual([undefined, 'NodePorts'])
  })

  it('is left out where the model says so', () => {
    const stage = new Stage({ ...defaultModel, admission: () => false })
    expect(direct(stage, 'a', '9')?.phase).toBe('Pending')
  })
})

describe('pods with a volume that must be attached', () => {
  const claimed = [{ name: 'd', persistentVolumeClaim: { claimName: 'data' } }]
  const name = attachmentName(volume, 'n-1')

  function attached(): VolumeAttachment {
    return {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'VolumeAttachment',
      metadata: { name },
      spec: { attacher: 'x', nodeName: 'n-1', source: { persistentVolumeName: 'v' } },
      status: { attached: true },
    }
  }

  function stageWithPod(): Stage {
    const stage = new Stage()
    stage.create(volume)
    stage.create(claim)
    stage.bind('web', { volumes: claimed })
    return stage
  }

  function inUse(stage: Stage): readonly string[] | undefined {
    return (stage.world.store.get('Node', 'n-1') as Node | undefined)?.status?.volumesInUse
  }

  it('starts when the volume is there', () => {
    const stage = stageWithPod()
    stage.run(5000)
    stage.create(attached())
    stage.run(5000)
    expect(stage.writes()).toEqual(['0 Pending False', '6000 Running True'])
    expect(inUse(stage)).toEqual(['kubernetes.io/csi/x^v'])
  })

  it('gives the volume back when the pod has stopped', () => {
    const stage = stageWithPod()
    stage.create(attached())
    stage.run(5000)
    stage.mark('web', 30)
    expect(inUse(stage)).toEqual(['kubernetes.io/csi/x^v'])
    stage.run(5000)
    expect(inUse(stage)).toEqual([])
  })

  it('goes without a start when it is deleted before', () => {
    const stage = stageWithPod()
    stage.mark('web', 30)
    stage.run(5000)
    stage.create(attached())
    stage.run(5000)
    expect(stage.writes().at(-1)).toBe('1000 deleted')
  })

  it('hears of a volume that came while its node was silent', () => {
    const stage = stageWithPod()
    stage.order({ type: 'disconnect', node: 'n-1' })
    stage.create(attached())
    stage.run(5000)
    stage.order({ type: 'connect', node: 'n-1' })
    stage.run(5000)
    expect(stage.writes()).toEqual(['0 Pending False', '6000 Running True'])
  })
})

it('a machine that goes off again at once takes up no further pod', () => {
  const stage = new Stage()
  stage.bind('a')
  stage.run(5000)
  stage.order({ type: 'disconnect', node: 'n-1' })
  stage.bind('b')
  stage.order({ type: 'disturb', disturbance: { type: 'overload', cpu: '8' } })
  stage.order({ type: 'connect', node: 'n-1', containers: 'kept' })
  stage.run(60_000)
  const written = stage.world.store.changesAfter(0).filter(({ writer }) => writer === kubeletName)
  expect(written.filter(({ key }) => key === 'ns/b')).toEqual([])
})
