import { describe, expect, it } from 'vitest'
import type { Device, ResourceClaim } from '../../../kube/generated/types.ts'
import type { KubeObject } from '../../../kube/object.ts'
import type { NodeInfo, Pod } from '../../framework.ts'
import { attempt, hintContext, node, object, pod } from '../../plugin-testing.ts'
import { dynamicResources } from './dynamic-resources.ts'

const driver = 'gpu.example.com'
const { reasons } = dynamicResources

function gpu(
  name: string,
  more: Partial<Device> & { readonly memory?: string; readonly model?: string } = {},
): Device {
  const { memory = '40Gi', model = 'a100', ...rest } = more
  return {
    name,
    attributes: { model: { string: model } },
    capacity: { memory: { value: memory } },
    ...rest,
  }
}

function slice(
  pool: string,
  devices: readonly Device[],
  more: Record<string, unknown> = {},
): KubeObject {
  const where = { nodeName: pool }
  return object('ResourceSlice', `slice-${pool}-${JSON.stringify(more['suffix'])}`, {
    spec: {
      driver,
      pool: { name: pool, generation: 1, resourceSliceCount: 1, ...(more['pool'] as object) },
      ...(more['where'] ?? where),
      ...(devices.length > 0 && { devices }),
      ...(more['spec'] as object),
    },
  })
}

const deviceClass = object('DeviceClass', 'gpu', {
  spec: { selectors: [{ cel: { expression: `device.driver == "${driver}"` } }] },
})

function exactly(fields: Record<string, unknown> = {}): unknown {
  const base = { deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 1 }
  return { name: 'r', exactly: { ...base, ...fields } }
}

function claim(
  name: string,
  requests: readonly unknown[],
  more: Record<string, unknown> = {},
): KubeObject {
  const { constraints, ...rest } = more
  return object('ResourceClaim', name, {
    metadata: { namespace: 'default', uid: `uid-${name}` },
    spec: { devices: { requests, ...(constraints !== undefined && { constraints }) } },
    ...rest,
  })
}

function using(...claims: string[]): Pod {
  const resourceClaims = claims.map(name => ({ name, resourceClaimName: name }))
  return pod('a', { resourceClaims })
}

function results(...devices: string[]): unknown {
  const given = devices.map(device => ({ request: 'r', driver, pool: 'n1', device }))
  return { devices: { results: given } }
}

/** The devices chosen on n1, or why there are none. */
function onN1(user: Pod, objects: readonly KubeObject[]): unknown {
  const { cycle, nodes } = attempt({ nodes: [node('n1')], objects: [deviceClass, ...objects] })
  const { status } = dynamicResources.preFilter(cycle, user)
  if (status.code !== 'Success') return status
  const filtered = dynamicResources.filter(cycle, user, nodes[0] as NodeInfo)
  if (filtered.code !== 'Success') return filtered
  const { writes } = dynamicResources.preBind(cycle, user, 'n1')
  const written = writes.filter(({ subresource }) => subresource === 'status')
  return written.flatMap(({ object: stored }) =>
    ((stored as ResourceClaim).status?.allocation?.devices?.results ?? []).map(
      ({ request, device }) => `${request}:${device}`,
    ),
  )
}

describe('devices for the claims of a pod', () => {
  const a100 = {
    selectors: [{ cel: { expression: `device.attributes["${driver}"].model == "a100"` } }],
  }
  const two = [gpu('g0', { model: 't4' }), gpu('g1')]
  const cases = [
    {
      name: 'the first that is free',
      given: [slice('n1', two), claim('c', [exactly()])],
      want: ['r:g0'],
    },
    {
      name: 'the first that matches',
      given: [slice('n1', two), claim('c', [exactly(a100)])],
      want: ['r:g1'],
    },
    {
      name: 'two of them',
      given: [slice('n1', two), claim('c', [exactly({ count: 2 })])],
      want: ['r:g0', 'r:g1'],
    },
    {
      name: 'all that match',
      given: [
        slice('n1', [...two, gpu('g2')]),
        claim('c', [exactly({ ...a100, allocationMode: 'All', count: 0 })]),
      ],
      want: ['r:g1', 'r:g2'],
    },
    {
      name: 'none that another claim has',
      given: [
        slice('n1', two),
        claim('other', [exactly()], { status: { allocation: results('g0') } }),
        claim('c', [exactly()]),
      ],
      want: ['r:g1'],
    },
    {
      name: 'those with one value of an attribute',
      given: [
        slice('n1', [gpu('g0', { model: 't4' }), gpu('g1'), gpu('g2', { model: 't4' })]),
        claim('c', [exactly({ count: 2 })], {
          constraints: [{ matchAttribute: `${driver}/model` }],
        }),
      ],
      want: ['r:g0', 'r:g2'],
    },
    {
      name: 'none that is tainted, unless tolerated',
      given: [
        slice('n1', [gpu('g0', { taints: [{ key: 'k', effect: 'NoSchedule' }] }), gpu('g1')]),
        claim('c', [exactly()]),
      ],
      want: ['r:g1'],
    },
    {
      name: 'a tainted one when the request tolerates it',
      given: [
        slice('n1', [gpu('g0', { taints: [{ key: 'k', effect: 'NoSchedule' }] })]),
        claim('c', [exactly({ tolerations: [{ key: 'k', operator: 'Exists' }] })]),
      ],
      want: ['r:g0'],
    },
    {
      name: 'the next alternative when the first one is not to be had',
      given: [
        slice('n1', [gpu('g0', { model: 't4' })]),
        claim('c', [
          {
            name: 'r',
            firstAvailable: [
              {
                name: 'best',
                deviceClassName: 'gpu',
                allocationMode: 'ExactCount',
                count: 1,
                ...a100,
              },
              { name: 'good', deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 1 },
            ],
          },
        ]),
      ],
      want: ['r/good:g0'],
    },
    {
      name: 'none whose shared counters are used up',
      given: [
        slice('n1', [], {
          suffix: 'counters',
          pool: { resourceSliceCount: 2 },
          spec: { sharedCounters: [{ name: 'card', counters: { memory: { value: '80Gi' } } }] },
        }),
        slice(
          'n1',
          ['g0', 'g1', 'g2'].map((name, index) => {
            const value = index === 1 ? '50Gi' : '40Gi'
            return gpu(name, {
              consumesCounters: [{ counterSet: 'card', counters: { memory: { value } } }],
            })
          }),
          { pool: { resourceSliceCount: 2 } },
        ),
        claim('c', [exactly({ count: 2 })]),
      ],
      want: ['r:g0', 'r:g2'],
    },
    {
      name: 'capacity of one device for two claims',
      given: [
        slice('n1', [gpu('g0', { allowMultipleAllocations: true })]),
        claim('c', [exactly({ capacity: { requests: { memory: '25Gi' } } })]),
        claim('d', [exactly({ capacity: { requests: { memory: '15Gi' } } })]),
      ],
      user: using('c', 'd'),
      want: ['r:g0', 'r:g0'],
    },
  ]
  it.each(cases)('$name', ({ given, user = using('c'), want }) => {
    expect(onN1(user, given)).toEqual(want)
  })
})

describe('nodes that cannot serve the claims', () => {
  const cannot = { code: 'UnschedulableAndUnresolvable', reasons: [reasons.cannotAllocate] }
  const cases = [
    { name: 'no device', given: [claim('c', [exactly()])], want: cannot },
    {
      name: 'too few',
      given: [slice('n1', [gpu('g0')]), claim('c', [exactly({ count: 2 })])],
      want: cannot,
    },
    {
      name: 'devices of another node',
      given: [slice('n2', [gpu('g0')]), claim('c', [exactly()])],
      want: cannot,
    },
    {
      name: 'too little capacity for two',
      given: [
        slice('n1', [gpu('g0', { allowMultipleAllocations: true })]),
        claim('c', [exactly({ capacity: { requests: { memory: '25Gi' } } })]),
        claim('d', [exactly({ capacity: { requests: { memory: '16Gi' } } })]),
      ],
      user: using('c', 'd'),
      want: cannot,
    },
    {
      name: 'a pool of which a part is missing',
      given: [
        slice('n1', [gpu('g0')], { pool: { resourceSliceCount: 2 } }),
        claim('c', [exactly()]),
      ],
      want: cannot,
    },
    {
      name: 'the same, when all devices are wanted',
      given: [
        slice('n1', [gpu('g0')], { pool: { resourceSliceCount: 2 } }),
        claim('c', [exactly({ allocationMode: 'All', count: 0 })]),
      ],
      want: {
        code: 'Error',
        reasons: [
          'claim default/c, request r: asks for all devices, but resource pool gpu.example.com/n1 is currently being updated',
        ],
      },
    },
    {
      name: 'a pool with one name for two devices',
      given: [slice('n1', [gpu('g0'), gpu('g0')]), claim('c', [exactly()])],
      want: { reasons: ['invalid resource pools were encountered'] },
    },
    {
      name: 'a selector that fails',
      given: [
        slice('n1', [gpu('g0')]),
        claim('c', [
          exactly({
            selectors: [{ cel: { expression: `device.attributes["${driver}"].x == 1` } }],
          }),
        ]),
      ],
      want: {
        code: 'Error',
        reasons: ['claim default/c: selector #0: CEL runtime error: no such key: x'],
      },
    },
    {
      name: 'a class that does not exist',
      given: [claim('c', [exactly({ deviceClassName: 'absent' })])],
      want: { reasons: ['request r: device class absent does not exist'] },
    },
  ]
  it.each(cases)('$name', ({ given, user = using('c'), want }) => {
    expect(onN1(user, given)).toMatchObject(want)
  })

  it('a claim that is allocated elsewhere is given up for another attempt', () => {
    const matchFields = [{ key: 'metadata.name', operator: 'In', values: ['n9'] }]
    const allocation = { nodeSelector: { nodeSelectorTerms: [{ matchFields }] } }
    const elsewhere = claim('c', [exactly()], { status: { allocation } })
    const { cycle, nodes } = attempt({ nodes: [node('n1')], objects: [deviceClass, elsewhere] })
    dynamicResources.preFilter(cycle, using('c'))
    const status = dynamicResources.filter(cycle, using('c'), nodes[0] as NodeInfo)
    expect(status.reasons).toEqual([reasons.notAvailable])
    const result = dynamicResources.postFilter(cycle, using('c'))
    expect(result.status.reasons).toEqual([reasons.deallocated])
    expect(result.writes?.[0]).toMatchObject({ verb: 'update', subresource: 'status' })
  })
})

describe('an allocated device that reports a failed binding', () => {
  const conditions = { bindingConditions: ['Ready'], bindingFailureConditions: ['Broken'] }
  const result = { request: 'r', driver, pool: 'n1', device: 'g0', ...conditions }
  const reporting = (type: string): KubeObject => {
    const devices = [{ driver, pool: 'n1', device: 'g0', conditions: [{ type, status: 'True' }] }]
    const status = { allocation: { devices: { results: [result] } }, devices }
    return claim('c', [exactly()], { status })
  }

  it('makes the claim unavailable, so that it is given up', () => {
    expect(onN1(using('c'), [reporting('Broken')])).toMatchObject({
      reasons: [reasons.notAvailable],
    })
  })

  it('is fine as long as nothing failed', () => {
    expect(onN1(using('c'), [reporting('Ready')])).toEqual(['r:g0'])
  })
})

describe('extended resources that a class serves', () => {
  const named = object('DeviceClass', 'by-name', {
    spec: { extendedResourceName: 'example.com/gpu' },
  })
  const requesting = (count: string): Pod =>
    pod('a', {
      initContainers: [{ name: 'init', resources: { requests: { 'example.com/gpu': '3' } } }],
      containers: [
        { name: 'app', resources: { requests: { cpu: '1', 'example.com/gpu': count } } },
      ],
    })

  it('become a claim that init containers share', () => {
    const user = requesting('2')
    const devices = ['g0', 'g1', 'g2', 'g3'].map(name => gpu(name))
    const { cycle, nodes } = attempt({
      nodes: [node('n1')],
      objects: [named, slice('n1', devices)],
    })
    expect(dynamicResources.preFilter(cycle, user).status.code).toBe('Success')
    expect(dynamicResources.filter(cycle, user, nodes[0] as NodeInfo).code).toBe('Success')
    const { writes } = dynamicResources.preBind(cycle, user, 'n1')
    const [created, patched] = writes
    expect(created).toMatchObject({
      verb: 'create',
      object: {
        metadata: { generateName: 'a-extended-resources-' },
        spec: {
          devices: {
            requests: [
              { name: 'container-0-request-0', exactly: { count: 1, deviceClassName: 'by-name' } },
              { name: 'container-1-request-1', exactly: { count: 2 } },
            ],
          },
        },
      },
    })
    const requestMappings = [
      ['app', 'container-1-request-1'],
      ['init', 'container-1-request-1'],
      ['init', 'container-0-request-0'],
    ].map(([containerName, requestName]) => ({
      containerName,
      requestName,
      resourceName: 'example.com/gpu',
    }))
    expect(patched?.object).toMatchObject({
      status: { extendedResourceClaimStatus: { requestMappings } },
    })
  })

  it('are left to the device plugin where it has them', () => {
    const plain = node('n1')
    const own = { ...plain, status: { allocatable: { cpu: '4', 'example.com/gpu': '4' } } }
    const { cycle, nodes } = attempt({ nodes: [own], objects: [named] })
    const user = requesting('2')
    dynamicResources.preFilter(cycle, user)
    expect(dynamicResources.filter(cycle, user, nodes[0] as NodeInfo).code).toBe('Success')
    expect(dynamicResources.preBind(cycle, user, 'n1').writes).toEqual([])
  })
})

describe('the queue', () => {
  const made = claim('a-tmpl-x', [exactly()])
  const owned = {
    ...made,
    metadata: {
      ...made.metadata,
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Pod', name: 'a', uid: 'uid-a', controller: true },
      ],
    },
  }
  const fromTemplate = pod('a', {
    resourceClaims: [{ name: 'tmpl', resourceClaimTemplateName: 't' }],
  })
  const status = { resourceClaimStatuses: [{ name: 'tmpl', resourceClaimName: 'a-tmpl-x' }] }
  const named = { ...fromTemplate, status }

  it.each([
    ['no claim yet', fromTemplate, [], ['pod "default/a": ResourceClaim not created yet']],
    ['a claim that is gone', named, [], ['could not find ResourceClaim "default/a-tmpl-x"']],
    [
      'a claim of somebody else',
      named,
      [made],
      ['ResourceClaim default/a-tmpl-x was not created for Pod default/a (Pod is not owner)'],
    ],
    ['its own claim', named, [owned], []],
  ])('keeps a pod out with %s', (_name, user, objects, want) => {
    expect(dynamicResources.preEnqueue(user, hintContext(...objects)).reasons).toEqual(want)
  })

  const [, claims, pods] = dynamicResources.requeueOn
  const free = claim('c', [exactly()])
  const allocated = claim('c', [exactly()], { status: { allocation: results('g0') } })
  const stranger = claim('x', [exactly()])
  const strangerAllocated = claim('x', [exactly()], { status: { allocation: results('g1') } })
  const finalized = { ...free, metadata: { ...free.metadata, finalizers: ['f'] } }

  it.each([
    ['its claim appears', undefined, free, 'Queue'],
    ['another claim appears', undefined, stranger, 'Skip'],
    ['another claim is let go', strangerAllocated, stranger, 'Queue'],
    ['its claim is allocated', free, allocated, 'Queue'],
    ['its claim gets a finalizer', free, finalized, 'Skip'],
  ])('when %s', (_name, oldObject, newObject, want) => {
    const hint = claims !== undefined && 'hint' in claims ? claims.hint : undefined
    expect(hint?.(using('c'), { oldObject, newObject }, hintContext(free))).toBe(want)
  })

  it('wakes a pod once its status names the claim', () => {
    const hint = pods !== undefined && 'hint' in pods ? pods.hint : undefined
    const event = { oldObject: fromTemplate, newObject: named }
    expect(hint?.(fromTemplate, event as never, hintContext(owned))).toBe('Queue')
    expect(hint?.(fromTemplate, event as never, hintContext())).toBe('Skip')
  })
})
