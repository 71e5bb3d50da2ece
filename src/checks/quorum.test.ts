import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../kube/object.ts'
import { quorumLost, quorumOf } from './quorum.ts'
import type { ClusterLife, Observation } from './verdict.ts'

function store(container: object, annotations: Record<string, string> = {}): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'default', annotations },
    spec: { template: { spec: { containers: [{ name: 'other' }, container] } } },
  }
}

describe('which stores vote', () => {
  const table: readonly {
    name: string
    given: KubeObject
    of: number
    want: number | undefined
  }[] = [
    {
      name: 'etcd by its image',
      given: store({ image: 'quay.io/coreos/etcd:v3.5' }),
      of: 3,
      want: 2,
    },
    { name: 'five of them', given: store({ image: 'etcd' }), of: 5, want: 3 },
    {
      name: 'two need both',
      given: store({ args: ['redis-sentinel', '/data/x'] }),
      of: 2,
      want: 2,
    },
    { name: 'a path', given: store({ command: ['/bin/consul', 'agent'] }), of: 3, want: 2 },
    { name: 'one alone', given: store({ image: 'etcd:3' }), of: 1, want: undefined },
    { name: 'a web server', given: store({ image: 'nginx:1' }), of: 3, want: undefined },
    {
      name: 'an exporter beside it',
      given: store({ image: 'x/etcd-exporter' }),
      of: 3,
      want: undefined,
    },
    {
      name: 'what its user says counts',
      given: store({ image: 'nginx' }, { 'seatrial.dev/quorum': '4' }),
      of: 5,
      want: 4,
    },
    {
      name: 'a Deployment whose user says so',
      given: { ...store({ image: 'x' }, { 'seatrial.dev/quorum': '2' }), kind: 'Deployment' },
      of: 3,
      want: 2,
    },
    {
      name: 'Kafka brokers that are no controllers do not vote',
      given: store({
        image: 'bitnami/kafka:3',
        env: [{ name: 'KAFKA_CFG_PROCESS_ROLES', value: 'broker' }],
      }),
      of: 3,
      want: undefined,
    },
    {
      name: 'Kafka controllers do',
      given: store({
        image: 'apache/kafka:4.0',
        env: [{ name: 'KAFKA_PROCESS_ROLES', value: 'broker,controller' }],
      }),
      of: 3,
      want: 2,
    },
    { name: 'NATS without JetStream', given: store({ image: 'nats:2' }), of: 3, want: undefined },
    {
      name: 'NATS with JetStream',
      given: store({ image: 'nats:2', args: ['-js', '-sd', '/data'] }),
      of: 3,
      want: 2,
    },
    {
      name: 'a replica set of MongoDB',
      given: store({ image: 'mongo:7', command: ['mongod', '--replSet=rs0'] }),
      of: 3,
      want: 2,
    },
    { name: 'a lone MongoDB each', given: store({ image: 'mongo:7' }), of: 3, want: undefined },
    {
      name: 'two members of a replica set, whose arbiter is elsewhere',
      given: store({ image: 'mongo:7', command: ['mongod', '--replSet=rs0'] }),
      of: 2,
      want: undefined,
    },
    {
      name: 'Elasticsearch nodes that know the masters but are none',
      given: store({
        image: 'e/elasticsearch:8',
        env: [
          { name: 'ELASTICSEARCH_CLUSTER_MASTER_HOSTS', value: 'm-0 m-1 m-2' },
          { name: 'ELASTICSEARCH_NODE_ROLES', value: 'ingest' },
        ],
      }),
      of: 2,
      want: undefined,
    },
    { name: 'Redpanda', given: store({ image: 'r/redpanda:v25' }), of: 3, want: 2 },
    { name: 'Qdrants on their own', given: store({ image: 'q/qdrant:1' }), of: 3, want: undefined },
    {
      name: 'Qdrant as a cluster',
      given: store({
        image: 'q/qdrant:1',
        env: [{ name: 'QDRANT__CLUSTER__ENABLED', value: 'true' }],
      }),
      of: 5,
      want: 3,
    },
    { name: 'RabbitMQ', given: store({ image: 'rabbitmq:4-management' }), of: 3, want: 2 },
    {
      name: 'Elasticsearch data nodes do not vote',
      given: store({ image: 'e/elasticsearch:8', env: [{ name: 'node.roles', value: 'data' }] }),
      of: 3,
      want: undefined,
    },
    {
      name: 'Redis told to be a sentinel',
      given: store({ image: 'redis:7', args: ['redis-server', '/s.conf', '--sentinel'] }),
      of: 3,
      want: 2,
    },
    {
      name: 'a Deployment does not vote',
      given: { ...store({ image: 'etcd' }), kind: 'Deployment' },
      of: 3,
      want: undefined,
    },
  ]
  it.each(table)('$name', ({ given, of, want }) => {
    expect(quorumOf(given, of)).toBe(want)
  })
})

describe('the verdict', () => {
  const judge = (steps: readonly [number, number][]) => {
    const ref = { kind: 'StatefulSet', namespace: 'default', name: 'db' }
    const life = {
      pods: [],
      silences: new Map(),
      workloads: [
        {
          ref,
          object: store({ image: 'etcd' }),
          wanted: 3,
          wants: [{ atMs: 0, wanted: 3 }],
          pods: [],
          steps: steps.map(([atMs, serving]) => ({ atMs, serving })),
        },
      ],
    } as ClusterLife
    return quorumLost.judge({ startMs: 1000, endMs: 60_000 } as Observation, life)
  }
  const table: readonly { name: string; given: [number, number][]; want: object[] }[] = [
    {
      name: 'one of three away: enough are left',
      given: [
        [0, 3],
        [5000, 2],
      ],
      want: [],
    },
    {
      name: 'two of three away for a while',
      given: [
        [0, 3],
        [5000, 1],
        [20_000, 2],
      ],
      want: [{ verdict: 'quorum-lost', atMs: 5000, seconds: 15, n: 1, of: 3 }],
    },
    {
      name: 'to the end',
      given: [
        [0, 3],
        [10_000, 0],
      ],
      want: [{ seconds: 50, n: 0, open: true, message: '0 of 3 members are left, 2 are needed' }],
    },
    { name: 'never together at all', given: [[0, 1]], want: [] },
  ]
  it.each(table)('$name', ({ given, want }) => {
    expect(judge(given)).toMatchObject(want)
    expect(judge(given)).toHaveLength(want.length)
  })
})
