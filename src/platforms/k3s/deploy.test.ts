import { describe, expect, it } from 'vitest'
import { createCluster, request } from '../../cluster/cluster.ts'
import { kindKeyOf } from '../../kube/kinds.ts'
import type { KubeObject } from '../../kube/object.ts'
import { type ManifestFile, type Scan, scanManifests } from './deploy.ts'
import type { DeployWorld } from './world.ts'

const labels = { app: 'dns' }
const namespace = 'kube-system'

function deployment(fields: Readonly<Record<string, unknown>> = {}): KubeObject {
  const containers = [{ name: 'dns', image: 'dns:1' }]
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'dns', namespace, annotations: { owner: 'k3s' } },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers, ...fields } },
    },
  }
}

const settings: KubeObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'dns', namespace },
  data: { Corefile: '.:53' },
}

function file(path: string, objects: readonly KubeObject[], modifiedMs = 1): ManifestFile {
  return { path, text: JSON.stringify(objects), modifiedMs, content: objects }
}

function server() {
  const world = createCluster({ kubernetes: '1.36', nodes: [] })
  const events: string[] = []
  const deployWorld: DeployWorld = {
    get: (kind, key) => world.store.get(kind, key),
    list: kind => world.store.list(kind),
    submit: each => request(world, each),
    event: ({ metadata }, { reason, message }) =>
      events.push(`${metadata.name} ${reason}: ${message}`),
  }
  const scan = (files: readonly ManifestFile[], more: Partial<Scan> = {}) =>
    scanManifests(deployWorld, {
      files,
      disabled: new Set(),
      force: false,
      seen: new Map(),
      ...more,
    })
  const get = (object: KubeObject): KubeObject | undefined =>
    world.store.get(kindKeyOf(object), `${namespace}/${object.metadata.name}`)
  const patch = (object: KubeObject, body: unknown): void => {
    const target = { kind: kindKeyOf(object), namespace, name: object.metadata.name ?? '' }
    request(world, { verb: 'patch', target, patchType: 'merge', patch: body })
  }
  return { world, scan, events, get, patch }
}

const addon = (name: string): KubeObject => ({
  apiVersion: 'k3s.cattle.io/v1',
  kind: 'Addon',
  metadata: { name, namespace },
})

interface Spec {
  readonly replicas?: number
  readonly template: { readonly spec: { readonly tolerations?: unknown } }
}

const specOf = (object: KubeObject | undefined): Spec => object?.['spec'] as Spec
const toleration = { key: 'old', operator: 'Exists', effect: 'NoSchedule' }

describe('what lasts when a server starts and applies its manifests again', () => {
  it('replicas that the manifest does not name stay, as do fields of others', () => {
    const { scan, get, patch } = server()
    const files = [file('dns.yaml', [deployment()])]
    scan(files, { force: true })
    patch(deployment(), { spec: { replicas: 3 }, metadata: { annotations: { mine: 'yes' } } })
    expect(scan(files, { force: true }).errors).toEqual([])
    expect(specOf(get(deployment())).replicas).toBe(3)
    expect(get(deployment())?.metadata.annotations).toMatchObject({ mine: 'yes', owner: 'k3s' })
  })

  it('fields of the manifest are taken back, and nothing is written where nothing changed', () => {
    const { world, scan, get, patch } = server()
    const files = [file('dns.yaml', [deployment({ tolerations: [toleration] })])]
    scan(files, { force: true })
    patch(deployment(), { spec: { template: { spec: { tolerations: null } } } })
    scan(files, { force: true })
    expect(specOf(get(deployment())).template.spec.tolerations).toEqual([toleration])
    const { generation } = get(deployment())?.metadata ?? {}
    const writes = world.store.logLength('Deployment')
    scan(files, { force: true })
    expect(get(deployment())?.metadata.generation).toBe(generation)
    expect(world.store.logLength('Deployment')).toBe(writes)
  })

  it('a field that an older manifest named, and this one does not, goes', () => {
    const { scan, get } = server()
    scan([file('dns.yaml', [deployment({ tolerations: [toleration] })])], { force: true })
    scan([file('dns.yaml', [deployment()])], { force: true })
    expect(specOf(get(deployment())).template.spec.tolerations).toBeUndefined()
  })

  it('an object that somebody else made is taken over', () => {
    const { world, scan, get } = server()
    request(world, { verb: 'create', object: settings })
    const changed = { ...settings, data: { Corefile: '.:5353' } }
    expect(scan([file('dns.yaml', [changed])], { force: true }).errors).toEqual([])
    expect(get(settings)?.['data']).toEqual({ Corefile: '.:5353' })
  })
})

describe('a look at the folder every 15 s', () => {
  it('a text that was applied is not applied again, whatever became of its objects', () => {
    const { scan, get, patch, events } = server()
    const { seen } = scan([file('dns.yaml', [settings])], { force: true })
    patch(settings, { data: { Corefile: 'mine' } })
    scan([file('dns.yaml', [settings])], { seen })
    scan([file('dns.yaml', [settings], 2)], { seen })
    expect(get(settings)?.['data']).toEqual({ Corefile: 'mine' })
    expect(events).toEqual([
      'dns ApplyingManifest: Applying manifest at "dns.yaml"',
      'dns AppliedManifest: Applied manifest at "dns.yaml"',
    ])
    scan([file('dns.yaml', [settings])], { force: true })
    expect(get(settings)?.['data']).toEqual({ Corefile: '.:53' })
  })

  it('what a file no longer names is deleted', () => {
    const { scan, get } = server()
    const { seen } = scan([file('dns.yaml', [settings, deployment()])], { force: true })
    scan([file('dns.yaml', [deployment()], 2)], { seen })
    expect(get(settings)).toBeUndefined()
    expect(get(deployment())).toBeDefined()
  })

  it('a file that cannot be read is told of, and nothing is deleted', () => {
    const { scan, get, events } = server()
    const { seen } = scan([file('dns.yaml', [settings])], { force: true })
    const broken = { ...file('dns.yaml', [], 2), text: '%{X}%', content: { error: 'no YAML' } }
    expect(scan([broken], { seen }).errors).toEqual(['failed to process dns.yaml: no YAML'])
    expect(get(settings)).toBeDefined()
    expect(events.at(-1)).toBe(
      'dns ParseManifestFailed: Parse manifest at "dns.yaml" failed: no YAML',
    )
  })
})

describe('files that are not applied', () => {
  it('--disable takes back what the file made, and the file', () => {
    const { scan, get } = server()
    const files = [file('dns.yaml', [settings])]
    const { seen } = scan(files, { force: true })
    const disabled = new Set(['dns'])
    expect(scan(files, { seen, disabled }).removed).toEqual(['dns.yaml'])
    expect(get(settings)).toBeUndefined()
    expect(get(addon('dns'))).toBeUndefined()
  })

  it('--disable names a folder as well', () => {
    const { scan, get } = server()
    const files = [file('metrics-server/a.yaml', [settings])]
    expect(scan(files, { disabled: new Set(['metrics-server']) }).removed).toHaveLength(1)
    expect(get(settings)).toBeUndefined()
  })

  it('a file with .skip beside it is only ignored: what it made before stays', () => {
    const { scan, get } = server()
    const { seen } = scan([file('dns.yaml', [settings])], { force: true })
    const changed = { ...settings, data: { Corefile: 'new' } }
    scan([file('dns.yaml', [changed], 2), file('dns.yaml.skip', [])], { seen })
    expect(get(settings)?.['data']).toEqual({ Corefile: '.:53' })
  })

  const ignored = ['.dns.yaml', 'notes.txt', 'README']
  it.each(ignored)('%s is no manifest', path => {
    const { scan, get } = server()
    scan([file(path, [settings])], { force: true })
    expect(get(settings)).toBeUndefined()
  })
})

it('an AddOn keeps source, checksum and kinds; its name ends at the first dot', () => {
  const { scan, get } = server()
  scan([file('dns.v2.yaml', [settings, deployment()])], { force: true })
  expect(get(addon('dns'))).toMatchObject({
    metadata: {
      annotations: {
        'addon.k3s.cattle.io/gvks': '/v1, Kind=ConfigMap;apps/v1, Kind=Deployment',
      },
    },
    spec: { source: 'dns.v2.yaml', checksum: expect.stringMatching(/^[0-9a-f]{64}$/) },
  })
})
