// Kubefirst cluster definitions (the body of its API, in JSON or YAML) become node pools and gates.
// Upstream: konstructio/kubefirst-api b506582 pkg/types/cluster.go; gitops-template 23133d5.

import { sortedStrings } from '../../base/compare.ts'
import type { Problem } from '../../base/problem.ts'
import type { Assumption, PoolSpec } from '../../trials/spec.ts'
import type { Place, Source, SourceResult } from '../framework.ts'
import { isManifestFile } from '../manifests.ts'
import { isMapping, type Json } from '../objects.ts'
import { codes, errorAt, type ProblemText, warningAt } from '../problems.ts'
import { locateIn, type SourceDocument } from '../source-object.ts'
import type { ReadDocument } from '../yaml/read.ts'
import { argocdNamespace, kubefirstInstall } from './gates.ts'
import { k3dAgent, type NodeSize, nodeSize, type Provider, providers } from './providers.ts'

export const kubefirst = {
  name: 'kubefirst',
  doc: 'A Kubefirst cluster definition: provider, region, node type and count become node pools.',
  detect: place => (isManifestFile(place) && definitionOf(place) !== undefined ? 'certain' : 'no'),
  load: loadDefinition,
} satisfies Source

function definitionOf(place: Place): ReadDocument | undefined {
  const { documents } = place.read()
  const first = documents[0]
  return documents.length === 1 && first !== undefined && isDefinition(first.value)
    ? first
    : undefined
}

function isDefinition(value: unknown): value is Json {
  return (
    isMapping(value) &&
    typeof value['kind'] !== 'string' &&
    'cloud_provider' in value &&
    ('cluster_name' in value || 'node_count' in value || 'node_type' in value)
  )
}

interface Reading {
  readonly value: Json
  readonly source: SourceDocument
  readonly problems: Problem[]
  readonly assumptions: Assumption[]
}

function loadDefinition(place: Place): SourceResult {
  const document = definitionOf(place)
  const { problems } = place.read()
  if (document === undefined || !isDefinition(document.value)) return { objects: [], problems }
  const reading: Reading = {
    value: document.value,
    source: document.source,
    problems: [...problems],
    assumptions: [],
  }
  const pool = poolOf(reading)
  const isManagement = text(reading, 'type') !== 'workload'
  return {
    objects: [],
    problems: reading.problems,
    assumptions: reading.assumptions,
    platform: {
      setBy: place.path,
      ...(pool === undefined ? {} : { pools: [pool] }),
      ...(isManagement ? { install: kubefirstInstall, namespace: argocdNamespace } : {}),
    },
  }
}

function poolOf(reading: Reading): PoolSpec | undefined {
  const providerName = text(reading, 'cloud_provider')
  const provider = providerName === undefined ? undefined : providers.get(providerName)
  if (provider === undefined || providerName === undefined) {
    if (providerName !== undefined) unknownProvider(reading, providerName)
    return undefined
  }
  const count = countOf(reading, provider, providerName)
  if (count === undefined) return undefined
  const type = typeOf(reading, provider, providerName)
  const size = sizeOf(reading, providerName, type)
  const zones = zonesOf(reading, provider)
  const total = provider.count === 'per-zone' ? count * Math.max(zones.length, 1) : count
  return {
    name: text(reading, 'cluster_name') ?? 'kubefirst',
    count: total,
    ...size,
    ...(zones.length === 0 ? {} : { zones }),
    ...regionOf(reading),
    ...(type === '' ? {} : { instanceType: type }),
    ...boundsOf(provider, total),
    location: locateIn(reading.source, ['node_count']),
  }
}

function regionOf(reading: Reading): { readonly region?: string } {
  const region = text(reading, 'cloud_region')
  return region === undefined || region === '' ? {} : { region }
}

function boundsOf(provider: Provider, total: number): { min?: number; max?: number } {
  switch (provider.scaling.kind) {
    case 'fixed':
      return {}
    case 'pinned':
      return { min: total, max: total }
    case 'range':
      return { min: Math.min(total, 1), max: total + provider.scaling.above }
  }
}

function zonesOf(reading: Reading, provider: Provider): readonly string[] {
  const region = text(reading, 'cloud_region') ?? ''
  const suffixes = provider.zonesOf?.[region] ?? provider.zones
  if (suffixes === undefined) return []
  const zones = suffixes.map(suffix => `${region === '' ? 'region' : region}${suffix}`)
  reading.assumptions.push({
    what: `the nodes spread over ${zones.join(', ')}`,
    why: 'the cluster is regional and the definition names no zones',
    setBy: 'default',
  })
  return zones
}

function countOf(reading: Reading, provider: Provider, name: string): number | undefined {
  const value = reading.value['node_count']
  if (value === undefined || value === null) {
    reading.assumptions.push({
      what: `${provider.nodeCount} nodes${provider.count === 'per-zone' ? ' in each zone' : ''}`,
      why: `the definition has no node_count; this is Kubefirst's default for ${name}`,
      setBy: 'default',
    })
    return provider.nodeCount
  }
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value
  problem(reading, 'node_count', {
    what: `node_count must be a whole number, not ${JSON.stringify(value)}`,
    why: 'it says how many nodes the cluster has',
    todo: 'write a number without quotes, such as 3',
  })
  return undefined
}

function typeOf(reading: Reading, provider: Provider, name: string): string {
  const type = text(reading, 'node_type')
  if (type !== undefined && type !== '') return type
  if (provider.nodeType !== '') {
    reading.assumptions.push({
      what: `nodes of type ${provider.nodeType}`,
      why: `the definition has no node_type; this is Kubefirst's default for ${name}`,
      setBy: 'default',
    })
  }
  return provider.nodeType
}

const unknownSize: NodeSize = { cpu: '4', memory: '16Gi' }

function sizeOf(reading: Reading, provider: string, type: string): NodeSize {
  if (provider === 'k3d') {
    reading.assumptions.push({
      what: 'pods run on the agents only',
      why: 'the server of k3d would take pods as well; add it as a pool to count on it',
      setBy: 'default',
    })
    return k3dAgent
  }
  const size = nodeSize(type)
  if (size !== undefined) return size
  if (type !== '') unknownType(reading, type)
  const what = type === '' ? 'the machines exist already' : `the size of ${type} is not known`
  reading.assumptions.push({
    what: `nodes of ${unknownSize.cpu} CPU / ${unknownSize.memory}`,
    why: `${what}; --node-size says what they have`,
    setBy: 'default',
  })
  return unknownSize
}

function unknownType(reading: Reading, type: string): void {
  reading.problems.push(
    warningAt(codes.unknownNodeType, locateIn(reading.source, 'node_type'), {
      what: `the size of the node type ${type} is not known`,
      why: `nodes of ${unknownSize.cpu} CPU / ${unknownSize.memory} are taken instead`,
      todo: 'say what such a node has: --node-size 4x16Gi',
    }),
  )
}

function unknownProvider(reading: Reading, name: string): void {
  const known = sortedStrings(providers.keys()).join(', ')
  problem(reading, 'cloud_provider', {
    what: `Kubefirst has no cloud_provider "${name}"`,
    why: 'the provider decides what node_count and node_type mean',
    todo: `use one of ${known}`,
  })
}

// The text of a field; anything else is a problem and counts as not given.
function text(reading: Reading, field: string): string | undefined {
  const value = reading.value[field]
  if (value === undefined || value === null || typeof value === 'string') return value ?? undefined
  const known = reading.problems.some(({ location }) => location?.path === field)
  if (!known) {
    problem(reading, field, {
      what: `${field} must be a text, not ${JSON.stringify(value)}`,
      why: 'the definition cannot be understood otherwise',
      todo: 'put the value in quotes',
    })
  }
  return undefined
}

function problem(reading: Reading, field: string, words: ProblemText): void {
  const location = locateIn(reading.source, field)
  reading.problems.push(errorAt(codes.clusterDefinition, location, words))
}
