// Stores whose members vote, as data: how each is recognised. A majority of the members has to be
// there. Patroni and CloudNativePG are not among them: they elect a leader through the Kubernetes
// API, so one member is enough; nor are stores whose quorum is set for each keyspace or bucket.

/** Something in a container that tells the voting kind from others of the same image. */
export type Evidence =
  | { readonly word: string }
  | { readonly env: string; readonly contains?: string }

export interface QuorumRule {
  readonly name: string
  /** What is lost without a majority. */
  readonly votesOn: string
  /** Last part of the image's path, without tag. */
  readonly images: readonly string[]
  /** Words of the command line, without their folder. */
  readonly programs: readonly string[]
  /** A set of fewer is not judged: the votes that are missing are those of other pods. */
  readonly membersMin?: number
  /** Where image and program are not enough: one of these must be there too. */
  readonly evidence?: readonly Evidence[]
}

const byImage = { programs: [] as readonly string[] }

/** Sorted by name. */
export const quorumRules: readonly QuorumRule[] = [
  {
    name: 'clickhouse-keeper',
    votesOn: 'coordination of replicas',
    images: ['clickhouse-keeper'],
    programs: ['clickhouse-keeper'],
  },
  {
    name: 'cockroach',
    votesOn: 'ranges of the database',
    images: ['cockroach', 'cockroachdb'],
    programs: ['cockroach'],
  },
  {
    name: 'consul',
    votesOn: 'the Raft log',
    images: ['consul'],
    programs: ['consul'],
  },
  {
    name: 'elasticsearch',
    votesOn: 'the elected master',
    images: ['elasticsearch', 'opensearch'],
    ...byImage,
    evidence: [
      { env: 'cluster.initial_master_nodes' },
      { env: 'node.roles', contains: 'master' },
      { env: 'ELASTICSEARCH_NODE_ROLES', contains: 'master' },
    ],
  },
  {
    name: 'etcd',
    votesOn: 'the Raft log',
    images: ['etcd'],
    programs: ['etcd'],
  },
  {
    name: 'galera',
    votesOn: 'the primary component',
    images: ['mariadb-galera', 'percona-xtradb-cluster'],
    ...byImage,
  },
  {
    name: 'kafka',
    votesOn: 'the metadata log of the controllers (KRaft)',
    images: ['kafka', 'cp-kafka', 'cp-server'],
    ...byImage,
    evidence: [
      { env: 'KAFKA_PROCESS_ROLES', contains: 'controller' },
      { env: 'KAFKA_CFG_PROCESS_ROLES', contains: 'controller' },
    ],
  },
  {
    name: 'mongodb',
    votesOn: 'the primary of the replica set',
    images: ['mongo', 'mongodb', 'percona-server-mongodb'],
    programs: ['mongod'],
    // A set of two has an arbiter beside it.
    membersMin: 3,
    evidence: [{ word: '--replSet' }, { env: 'MONGODB_REPLICA_SET_NAME' }],
  },
  {
    name: 'nats',
    votesOn: 'streams and consumers (JetStream)',
    images: ['nats'],
    programs: ['nats-server'],
    evidence: [{ word: '-js' }, { word: '--js' }, { word: '--jetstream' }, { word: '-jetstream' }],
  },
  {
    name: 'qdrant',
    votesOn: 'collections and peers',
    images: ['qdrant'],
    programs: ['qdrant'],
    evidence: [{ env: 'QDRANT__CLUSTER__ENABLED', contains: 'true' }],
  },
  {
    name: 'rabbitmq',
    votesOn: 'quorum queues and metadata',
    images: ['rabbitmq'],
    programs: ['rabbitmq-server'],
  },
  {
    name: 'redis-sentinel',
    votesOn: 'which Redis is the master',
    images: ['redis-sentinel', 'valkey-sentinel'],
    programs: ['redis-sentinel', 'valkey-sentinel', '--sentinel'],
  },
  {
    name: 'redpanda',
    votesOn: 'the log of the controller',
    images: ['redpanda'],
    programs: ['redpanda'],
  },
  {
    name: 'rqlite',
    votesOn: 'the Raft log',
    images: ['rqlite'],
    programs: ['rqlited'],
  },
  {
    name: 'tidb-pd',
    votesOn: 'placement and timestamps',
    images: ['pd'],
    programs: ['pd-server'],
  },
  {
    name: 'vault',
    votesOn: 'the Raft log',
    images: ['openbao', 'vault'],
    programs: ['bao', 'vault'],
  },
  {
    name: 'zookeeper',
    votesOn: 'the leader',
    images: ['cp-zookeeper', 'zookeeper'],
    programs: ['zookeeper'],
  },
]
