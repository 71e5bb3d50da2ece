// What kube-controller-manager 1.36.3 wrote into the status of these policies, in a running twin.

import { expect, it } from 'vitest'
import recorded from '../../corpus/type-checking.json' with { type: 'json' }
import { createCluster, request } from '../cluster/cluster.ts'
import type { World } from '../engine/world.ts'
import type { KubeObject } from '../kube/object.ts'

const kind = 'ValidatingAdmissionPolicy'

function clusterWith(...objects: readonly KubeObject[]): World {
  const world = createCluster({ kubernetes: '1.36', nodes: [] })
  for (const object of objects) {
    expect(request(world, { verb: 'create', object })).toMatchObject({ ok: true })
  }
  world.runFor(1000)
  return world
}

const policy = (name: string, spec: object): KubeObject =>
  ({ apiVersion: 'admissionregistration.k8s.io/v1', kind, metadata: { name }, spec }) as KubeObject

it.each(recorded)('the status of $name', ({ spec, expressionWarnings: want }) => {
  const world = clusterWith(policy('checked', spec))
  const typeChecking = want.length === 0 ? {} : { expressionWarnings: want }
  expect(world.store.get(kind, 'checked')?.['status']).toEqual({
    observedGeneration: 1,
    typeChecking,
  })
})

const rule = {
  apiGroups: ['example.com'],
  apiVersions: ['v1'],
  operations: ['CREATE'],
  resources: ['widgets'],
}
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { kind: 'Widget', plural: 'widgets', singular: 'widget', listKind: 'WidgetList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: { type: 'object', properties: { size: { type: 'integer' } } },
        },
      },
    ],
  },
} as KubeObject

it('a policy for custom resources is checked again when it was mended', () => {
  const specOf = (expression: string): object => ({
    failurePolicy: 'Fail',
    matchConstraints: { resourceRules: [rule] },
    validations: [{ expression }],
  })
  const world = clusterWith(definition, policy('small', specOf('object.width < 2')))
  const warning = {
    fieldRef: 'spec.validations[0].expression',
    warning: expect.stringContaining(
      'example.com/v1, Kind=Widget: ERROR: <input>:1:7: undefined',
    ) as string,
  }
  expect(world.store.get(kind, 'small')?.['status']).toEqual({
    observedGeneration: 1,
    typeChecking: { expressionWarnings: [warning] },
  })
  const patch = { spec: specOf('object.size < 2') }
  request(world, { verb: 'patch', target: { kind, name: 'small' }, patchType: 'merge', patch })
  world.runFor(1000)
  expect(world.store.get(kind, 'small')?.['status']).toEqual({
    observedGeneration: 2,
    typeChecking: {},
  })
})
