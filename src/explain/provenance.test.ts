import { describe, expect, it } from 'vitest'
import { platformOf } from '../index.ts'
import { load } from '../sources/load.ts'
import { install } from '../trials/install.ts'
import { admissionRows, fieldChain } from './provenance.ts'

const folder = 'examples/admission'
const loaded = load([folder])
const platform = platformOf(loaded, {})
const { world } = install(platform)

function chain(kind: string, path: string, namespace = 'shop'): string[] {
  const { links } = fieldChain({ platform, world }, { kind, namespace, name: 'web' }, path)
  return links.map(({ by, location }) => {
    const place = location === undefined ? '' : ` ${location.file}:${location.line ?? ''}`
    return `${by}${place}`
  })
}

const web = `${folder}/manifests/web.yaml`
const mutators = `${folder}/manifests/mutators.yaml`

describe('the writers of a field, the last one first', () => {
  it.each([
    { name: 'the file', kind: 'Deployment', path: 'spec.replicas', want: [`the file ${web}:5`] },
    { name: 'a default', kind: 'Deployment', path: 'spec.strategy', want: ['default'] },
    {
      name: 'a policy',
      kind: 'Deployment',
      path: 'metadata.labels.team',
      want: [`MutatingAdmissionPolicy team ${mutators}:22`],
    },
    {
      name: 'a mutator',
      kind: 'Pod',
      path: 'spec.nodeSelector',
      want: [`Assign pool ${mutators}:11`],
    },
    {
      name: 'the templates of its owners, down to the file',
      kind: 'Pod',
      path: 'spec.containers[0].image',
      want: ['replicaset-controller', 'deployment-controller', `the file ${web}:12`],
    },
    {
      name: 'the templates of its owners, down to a default',
      kind: 'Pod',
      path: 'spec.dnsPolicy',
      want: ['replicaset-controller', 'deployment-controller', 'default'],
    },
    {
      name: 'an admission plugin',
      kind: 'Pod',
      path: 'spec.tolerations',
      want: ['DefaultTolerationSeconds'],
    },
    { name: 'another plugin', kind: 'Pod', path: 'spec.volumes', want: ['ServiceAccount'] },
    { name: 'the scheduler', kind: 'Pod', path: 'spec.nodeName', want: ['default-scheduler'] },
    { name: 'a kubelet', kind: 'Pod', path: 'status.phase', want: ['kubelet'] },
    { name: 'the server', kind: 'Pod', path: 'metadata.uid', want: ['kube-apiserver'] },
    { name: 'nobody', kind: 'Pod', path: 'spec.runtimeClassName', want: [] },
  ])('$name', ({ kind, path, want }) => {
    expect(chain(kind, path)).toEqual(want)
  })

  it('every field of every object has one', () => {
    const unanswered = world.store.kinds().flatMap(kind =>
      world.store.list(kind).flatMap(object => {
        const { name = '', namespace } = object.metadata
        const ref = { kind, name, ...(namespace !== undefined && { namespace }) }
        return fieldsIn(object).flatMap(path => {
          const { value, links } = fieldChain({ platform, world }, ref, path)
          return value !== undefined && links.length === 0 ? [`${kind} ${name} ${path}`] : []
        })
      }),
    )
    expect(unanswered).toEqual([])
  })
})

/** The paths of the first three levels. */
function fieldsIn(value: unknown, path = '', depth = 0): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || depth === 3) {
    return [path]
  }
  return Object.entries(value).flatMap(([key, each]) => {
    const part = /[.[\]]/.test(key) ? `[${key}]` : key
    const at = path === '' || part.startsWith('[') ? path + part : `${path}.${part}`
    return fieldsIn(each, at, depth + 1)
  })
}

it('lists what admission changed, pods of one template once', () => {
  const rows = admissionRows(world).map(({ object, mutators: by, fields }) => ({
    object: `${object.kind} ${object.name.replace(/-[^-]+-\*$/, '-*')}`,
    by,
    fields,
  }))
  expect(rows).toEqual([
    { object: 'Deployment web', by: ['MutatingAdmissionPolicy team'], fields: ['metadata.labels'] },
    { object: 'Pod web-*', by: ['Assign pool'], fields: ['spec.nodeSelector.pool'] },
  ])
})
