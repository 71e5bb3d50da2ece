// What Kubefirst's providers make of a node count and type, and how large common node types are.
// Upstream: konstructio/kubefirst-api b506582 pkg/constants/cloudProviderDefaults.go and
// konstructio/gitops-template 23133d5 (terraform of each provider); sizes from the providers'
// lists.

export interface Provider {
  readonly nodeType: string
  readonly nodeCount: number
  /** `per-zone`: the count holds for each zone of a regional cluster. */
  readonly count: 'total' | 'per-zone' | 'agents'
  readonly scaling:
    | { readonly kind: 'fixed' }
    | { readonly kind: 'pinned' }
    | { readonly kind: 'range'; readonly above: number }
  /** Zones that the provider's cluster spreads over, as suffixes of the region. */
  readonly zones?: readonly string[]
  readonly zonesOf?: Readonly<Record<string, readonly string[]>>
}

export const providers: ReadonlyMap<string, Provider> = new Map<string, Provider>([
  ['akamai', provider('g6-standard-4', 4, 'pinned')],
  [
    'aws',
    {
      nodeType: 'm5.large',
      nodeCount: 5,
      count: 'total',
      scaling: { kind: 'range', above: 10 },
      zones: ['a', 'b', 'c'],
    },
  ],
  ['azure', provider('Standard_D2s_v4', 3, 'fixed')],
  ['civo', provider('g4s.kube.large', 4, 'fixed')],
  ['digitalocean', provider('s-4vcpu-8gb', 4, 'fixed')],
  [
    'google',
    {
      nodeType: 'e2-medium',
      nodeCount: 2,
      count: 'per-zone',
      scaling: { kind: 'pinned' },
      zones: ['-a', '-b', '-c'],
      // These regions have no zone a.
      zonesOf: { 'us-east1': ['-b', '-c', '-d'], 'europe-west1': ['-b', '-c', '-d'] },
    },
  ],
  // Kubefirst accepts node flags for k3s and ignores them: the machines exist already.
  ['k3s', provider('', 3, 'fixed')],
  ['k3d', { nodeType: '', nodeCount: 3, count: 'agents', scaling: { kind: 'fixed' } }],
  ['vultr', provider('vc2-4c-8gb', 4, 'pinned')],
])

function provider(nodeType: string, nodeCount: number, kind: 'fixed' | 'pinned'): Provider {
  return { nodeType, nodeCount, count: 'total', scaling: { kind } }
}

export interface NodeSize {
  readonly cpu: string
  readonly memory: string
  /** What the provider's nodes keep from pods, where that is far from nothing. */
  readonly reserved?: { readonly cpu: string; readonly memory: string }
}

type Row = readonly [types: string, cpu: string, memory: string]

// GKE keeps 1060m of a shared-core machine and a quarter of the first 4 GiB.
const sharedCore: ReadonlyMap<string, NodeSize['reserved']> = new Map([
  ['e2-small', { cpu: '1060m', memory: '612Mi' }],
  ['e2-medium', { cpu: '1060m', memory: '1124Mi' }],
])

const sizeRows: readonly Row[] = [
  // Akamai
  ['g6-standard-1', '1', '2Gi'],
  ['g6-standard-2', '2', '4Gi'],
  ['g6-standard-4', '4', '8Gi'],
  ['g6-standard-6', '6', '16Gi'],
  ['g6-standard-8', '8', '32Gi'],
  // AWS
  ['t3.medium t3a.medium', '2', '4Gi'],
  ['t3.large t3a.large m5.large m5a.large m6i.large m6a.large m7i.large', '2', '8Gi'],
  ['t3.xlarge t3a.xlarge m5.xlarge m5a.xlarge m6i.xlarge m6a.xlarge m7i.xlarge', '4', '16Gi'],
  ['t3.2xlarge m5.2xlarge m5a.2xlarge m6i.2xlarge m6a.2xlarge m7i.2xlarge', '8', '32Gi'],
  ['c5.large c6i.large', '2', '4Gi'],
  ['c5.xlarge c6i.xlarge', '4', '8Gi'],
  ['r5.large r6i.large', '2', '16Gi'],
  ['r5.xlarge r6i.xlarge', '4', '32Gi'],
  // Azure
  ['Standard_B2s', '2', '4Gi'],
  ['Standard_B2ms Standard_D2s_v3 Standard_D2s_v4 Standard_D2s_v5', '2', '8Gi'],
  ['Standard_B4ms Standard_D4s_v3 Standard_D4s_v4 Standard_D4s_v5', '4', '16Gi'],
  ['Standard_D8s_v3 Standard_D8s_v4 Standard_D8s_v5', '8', '32Gi'],
  // Civo
  ['g4s.kube.xsmall', '1', '1Gi'],
  ['g4s.kube.small', '1', '2Gi'],
  ['g4s.kube.medium', '2', '4Gi'],
  ['g4s.kube.large', '4', '8Gi'],
  ['g4p.kube.small', '4', '16Gi'],
  ['g4p.kube.medium', '8', '32Gi'],
  // DigitalOcean
  ['s-1vcpu-2gb', '1', '2Gi'],
  ['s-2vcpu-2gb', '2', '2Gi'],
  ['s-2vcpu-4gb', '2', '4Gi'],
  ['s-4vcpu-8gb', '4', '8Gi'],
  ['s-8vcpu-16gb', '8', '16Gi'],
  // Google: shared-core types show two CPUs to Kubernetes
  ['e2-small', '2', '2Gi'],
  ['e2-medium', '2', '4Gi'],
  ['e2-standard-2 n1-standard-2 n2-standard-2', '2', '8Gi'],
  ['e2-standard-4 n2-standard-4', '4', '16Gi'],
  ['e2-standard-8 n2-standard-8', '8', '32Gi'],
  // Vultr
  ['vc2-1c-2gb', '1', '2Gi'],
  ['vc2-2c-4gb', '2', '4Gi'],
  ['vc2-4c-8gb', '4', '8Gi'],
  ['vc2-6c-16gb', '6', '16Gi'],
  ['vc2-8c-32gb', '8', '32Gi'],
]

const sizes: ReadonlyMap<string, NodeSize> = new Map(
  sizeRows.flatMap(([types, cpu, memory]) =>
    types.split(' ').map(type => [type, { cpu, memory }] as const),
  ),
)

/** The size of a node type, or undefined when it is not in the table. */
export function nodeSize(type: string): NodeSize | undefined {
  const size = sizes.get(type)
  const reserved = sharedCore.get(type)
  return size === undefined || reserved === undefined ? size : { ...size, reserved }
}

/** k3d limits each agent to 1024 MiB; its CPUs are those of the machine. */
export const k3dAgent: NodeSize = { cpu: '4', memory: '1Gi' }
