import { describe, expect, it } from 'vitest'
import type { EndpointSlice, Node, Pod, Service } from '../../kube/generated/types.ts'
import { FakeCluster } from '../testing.ts'
import { addressTypesOf, endpointPorts } from './endpoints.ts'
import { endpointSlice } from './endpoint-slice.ts'
import { planSlices } from './slices.ts'

function node(name: string): Node {
  const labels = { 'topology.kubernetes.io/zone': `zone-of-${name}` }
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels } }
}

function service(spec: Service['spec'] = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'ns', labels: { team: 'a' } },
    spec: {
      selector: { app: 'web' },
      ipFamilies: ['IPv4'],
      clusterIP: '10.96.0.1',
      ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }],
      ...spec,
    },
  }
}

function pod(name: string, ip: string | undefined, ready = true): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'ns', labels: { app: 'web' } },
    spec: {
      nodeName: 'n1',
      containers: [
        { name: 'main', ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }] },
      ],
    },
    status: {
      phase: ip === undefined ? 'Pending' : 'Running',
      ...(ip !== undefined && { podIP: ip, podIPs: [{ ip }] }),
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    },
  }
}

function cluster(): FakeCluster {
  const fake = new FakeCluster(endpointSlice)
  fake.add(node('n1'))
  fake.add(service())
  fake.settle()
  return fake
}

/** `pod:ready,serving,terminating` of every endpoint, slice by slice. */
function endpoints(fake: FakeCluster): string[][] {
  return fake.list<EndpointSlice>('EndpointSlice').map(({ endpoints: all }) =>
    all.map(({ targetRef, conditions }) => {
      const { ready, serving, terminating } = conditions ?? {}
      return `${targetRef?.name}:${Number(ready)}${Number(serving)}${Number(terminating)}`
    }),
  )
}

describe('endpointslice controller', () => {
  it('keeps one empty slice for a service without pods', () => {
    const fake = cluster()
    expect(endpoints(fake)).toEqual([[]])
    const [slice] = fake.list<EndpointSlice>('EndpointSlice')
    expect(slice?.metadata.labels).toEqual({
      team: 'a',
      'kubernetes.io/service-name': 'web',
      'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
    })
    expect(slice?.metadata.generateName).toBe('web-')
  })

  it('lists a pod from its first address, ready or not', () => {
    const fake = cluster()
    fake.add(pod('a', undefined, false))
    fake.settle()
    expect(endpoints(fake)).toEqual([[]])
    fake.change<Pod>('Pod', 'ns/a', ({ metadata }) => ({
      ...pod('a', '10.1.0.1', false),
      metadata,
    }))
    fake.settle()
    expect(endpoints(fake)).toEqual([['a:000']])
    fake.change<Pod>('Pod', 'ns/a', ({ metadata }) => ({ ...pod('a', '10.1.0.1'), metadata }))
    fake.settle()
    expect(endpoints(fake)).toEqual([['a:110']])
    const [slice] = fake.list<EndpointSlice>('EndpointSlice')
    expect(slice?.endpoints[0]).toMatchObject({ nodeName: 'n1', zone: 'zone-of-n1' })
    expect(slice?.ports).toEqual([{ name: 'http', port: 8080, protocol: 'TCP' }])
  })

  it('takes a terminating pod out of ready but keeps it as serving', () => {
    const fake = cluster()
    fake.add(pod('a', '10.1.0.1'))
    fake.settle()
    fake.change<Pod>('Pod', 'ns/a', before => ({
      ...before,
      metadata: { ...before.metadata, deletionTimestamp: '2026-01-01T00:00:30Z' },
    }))
    fake.settle()
    expect(endpoints(fake)).toEqual([['a:011']])
  })

  it('tells of pods whose node is gone, leaves them out and tries again after a second', () => {
    const fake = cluster()
    fake.add(pod('a', '10.1.0.1'))
    fake.settle()
    fake.remove('Node', 'n1')
    fake.takeTrace()
    expect(fake.reconcile(endpointSlice, 'ns/web')).toEqual({ requeueAfterMs: 1000 })
    const events = fake.takeTrace().filter(line => line.startsWith('Warning'))
    expect(events).toEqual([
      'Warning FailedToUpdateEndpointSlices: Error updating Endpoint Slices for Service ns/web: ' +
        'skipping Pod a for Service ns/web: Node n1 Not Found',
    ])
    expect(fake.reconcile(endpointSlice, 'ns/web')).toEqual({ requeueAfterMs: 2000 })
  })

  it('leaves a service without selector alone', () => {
    const fake = new FakeCluster(endpointSlice)
    const { selector: _none, ...spec } = service().spec ?? {}
    fake.add({ ...service(), spec })
    fake.settle()
    expect(fake.list('EndpointSlice')).toEqual([])
  })
})

describe('planSlices', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      addresses: [`10.0.${index >> 8}.${index & 255}`],
      targetRef: { kind: 'Pod', namespace: 'ns', name: `p${index}`, uid: `u${index}` },
    }))
  const plan = (existing: readonly EndpointSlice[], count: number) =>
    planSlices({
      service: service(),
      existing,
      desired: many(count),
      ports: [],
      addressType: 'IPv4',
    })
  const sizes = (slices: readonly EndpointSlice[]) => slices.map(slice => slice.endpoints.length)

  it('splits 250 endpoints into slices of 100, 100 and 50', () => {
    expect(sizes(plan([], 250).create)).toEqual([100, 100, 50])
  })

  it('fills the slice in which the rest fits best', () => {
    const [first, second, third] = plan([], 250).create.map((slice, index) => ({
      ...slice,
      metadata: { ...slice.metadata, name: `s${index}` },
    })) as [EndpointSlice, EndpointSlice, EndpointSlice]
    const next = plan([first, second, third], 260)
    expect([sizes(next.create), sizes(next.update), sizes(next.remove)]).toEqual([[], [60], []])
    expect(next.update[0]?.metadata.name).toBe('s2')
  })

  it('removes a slice that has lost its last endpoint', () => {
    const [only] = plan([], 1).create as [EndpointSlice]
    expect(plan([only], 0).remove).toEqual([only])
  })
})

describe('addressTypesOf', () => {
  const cases = [
    {
      name: 'the families as given',
      given: { ipFamilies: ['IPv6', 'IPv4'] },
      want: ['IPv6', 'IPv4'],
    },
    { name: 'by the cluster IP', given: { ipFamilies: [], clusterIP: 'fd00::1' }, want: ['IPv6'] },
    {
      name: 'both for a headless service',
      given: { ipFamilies: [], clusterIP: 'None' },
      want: ['IPv4', 'IPv6'],
    },
  ]
  it.each(cases)('$name', ({ given, want }) => {
    expect(addressTypesOf(service(given))).toEqual(want)
  })
})

describe('endpointPorts', () => {
  it('leaves out a named port that the pod does not have', () => {
    const ports = [
      { name: 'a', port: 1, targetPort: 'nope', protocol: 'TCP' },
      { name: 'b', port: 2, targetPort: 9000, protocol: 'TCP' },
    ]
    expect(endpointPorts(service({ ports }), pod('a', '10.1.0.1'))).toEqual([
      { name: 'b', port: 9000, protocol: 'TCP' },
    ])
  })
})
