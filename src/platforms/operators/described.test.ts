import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../kube/object.ts'
import { restoredFrom } from './controller.ts'
import { describedOperator, type MadeSpec } from './described.ts'

const template: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: '$(metadata.name)-server', labels: { app: '$(metadata.name)' } },
  spec: {
    replicas: '$(spec.size|3)',
    serviceName: '$(metadata.name)',
    template: {
      spec: {
        nodeSelector: '$(spec.nodeSelector)',
        containers: [
          { name: 'db', image: 'db:$(spec.version|7)', args: ['$(HOME)', '$(spec.flag)'] },
        ],
      },
    },
  },
}

function operator(more: Partial<MadeSpec> = {}) {
  const locate = () => ({ file: 'seatrial.yaml' })
  const makes = [{ template, locate, ...more }]
  return describedOperator({ name: 'db-operator', apiVersion: 'db.io/v1', kind: 'Db', makes })
}

function resource(spec: object): KubeObject {
  return { apiVersion: 'db.io/v1', kind: 'Db', metadata: { name: 'main', namespace: 'data' }, spec }
}

describe('a template', () => {
  it('takes values as they are, texts in parts, and what stands in their place', () => {
    const given = resource({ size: 5, nodeSelector: { disk: 'ssd' } })
    const { kept } = operator().wanted(given, undefined)
    expect(kept[0]?.object).toEqual({
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'main-server', namespace: 'data', labels: { app: 'main' } },
      spec: {
        replicas: 5,
        serviceName: 'main',
        template: {
          spec: {
            nodeSelector: { disk: 'ssd' },
            containers: [{ name: 'db', image: 'db:7', args: ['$(HOME)'] }],
          },
        },
      },
    })
  })

  it('leaves out a field that refers to nothing', () => {
    const { kept } = operator().wanted(resource({}), undefined)
    const spec = kept[0]?.object['spec']
    expect(spec).toMatchObject({ replicas: 3 })
    expect(JSON.stringify(spec)).not.toContain('nodeSelector')
  })

  it.each([
    { tls: undefined, kept: 0 },
    { tls: false, kept: 0 },
    { tls: {}, kept: 0 },
    { tls: { secret: 'a' }, kept: 1 },
  ])('with "when" on $tls: $kept kept', ({ tls, kept: count }) => {
    const { kept, absent } = operator({ when: 'spec.tls' }).wanted(resource({ tls }), undefined)
    expect(kept).toHaveLength(count)
    expect(absent).toHaveLength(1 - count)
  })

  it('knows the field of the resource, else its own line', () => {
    const { kept } = operator().wanted(resource({}), undefined)
    const origins = kept[0]?.origins ?? []
    expect(origins).toContainEqual({ path: 'spec.replicas', from: 'spec.size' })
    expect(origins).toContainEqual({ path: 'spec.replicas', at: { file: 'seatrial.yaml' } })
  })
})

describe('edits of others', () => {
  function edited(more: Partial<MadeSpec>, edit: object): KubeObject {
    const [kept] = operator(more).wanted(resource({}), undefined).kept
    if (kept === undefined) throw new Error('one is kept')
    const { spec } = kept.object as unknown as { readonly spec: object }
    return restoredFrom({ ...kept.object, spec: { ...spec, ...edit } }, kept)
  }

  it('what the template writes is put back, what it does not write stays', () => {
    const found = edited({}, { replicas: 9, updateStrategy: { type: 'OnDelete' } })
    expect(found['spec']).toMatchObject({ replicas: 3, updateStrategy: { type: 'OnDelete' } })
  })

  it('only the fields that are listed, also those that the template does not have', () => {
    const reverts = ['spec.updateStrategy']
    const found = edited({ reverts }, { replicas: 9, updateStrategy: { type: 'OnDelete' } })
    expect(found['spec']).toMatchObject({ replicas: 9 })
    expect(found['spec']).not.toHaveProperty('updateStrategy')
  })
})

it('its own Deployment is known by a part of the image', () => {
  const { isItself } = describedOperator({
    name: 'o',
    apiVersion: 'db.io/v1',
    kind: 'Db',
    image: 'db-operator',
    makes: [],
  })
  const running = (image: string): KubeObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'x' },
    spec: { template: { spec: { containers: [{ image }] } } },
  })
  expect(isItself(running('registry.io/db-operator:v1'))).toBe(true)
  expect(isItself(running('db:7'))).toBe(false)
})
