import { expect, it } from 'vitest'
import type { KubeObject } from '../../kube/object.ts'
import type { Platform } from '../../trials/platform.ts'
import type { Cause } from '../report.ts'
import { rehearse } from '../rehearse.ts'

const names = { kind: 'Gadget', plural: 'gadgets', singular: 'gadget', listKind: 'GadgetList' }
const list = { type: 'array', items: { type: 'string' } }
const spec = {
  type: 'object',
  properties: { names: list },
  'x-kubernetes-validations': [{ rule: 'self.names.all(a, self.names.exists(b, a == b))' }],
}
const schema = { openAPIV3Schema: { type: 'object', properties: { spec } } }
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'gadgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names,
    versions: [{ name: 'v1', served: true, storage: true, schema }],
  },
} as KubeObject

function causeOf(object: KubeObject): Cause | undefined {
  const platform: Platform = {
    kubernetes: '1.36',
    pools: [],
    objects: [
      {
        object,
        locate: path => ({ file: 'a.yaml', line: 1, column: 1, path }),
        range: () => undefined,
      },
    ],
  }
  const options = { version: 'test', trials: [], sources: [], assumptions: [], problems: [] }
  const [finding] = rehearse(platform, options).findings
  return finding?.causes.find(({ code }) => code === 'field-refused')
}

it('names a field once that is refused for two reasons, where it is written', () => {
  const cause = causeOf(definition)
  const at = 'spec.validation.openAPIV3Schema'
  expect(cause?.facts).toEqual({
    fields: [`${at}.properties[spec].x-kubernetes-validations[0].rule`, at],
  })
  expect(cause?.locations.map(({ path }) => path)).toEqual([
    'spec.versions[0].schema.openAPIV3Schema.properties.spec.x-kubernetes-validations[0].rule',
    'spec.versions[0].schema.openAPIV3Schema',
  ])
})

it.each([
  { name: 'a location', location: 'spec.containers[name', at: 'spec.location' },
  { name: 'one in metadata', location: 'metadata.labels.a', at: 'spec.location' },
  {
    name: 'a path that is tested',
    location: 'spec.a',
    pathTests: [{ subPath: 'spec', condition: 'MustExist' }, { subPath: 'spec..a' }],
    at: 'spec.parameters.pathTests[1].subPath',
  },
])('shows what Gatekeeper refuses where it is written: $name', ({ location, pathTests, at }) => {
  const mutator = {
    apiVersion: 'mutations.gatekeeper.sh/v1',
    kind: 'Assign',
    metadata: { name: 'a' },
    spec: {
      applyTo: [{ groups: [''], versions: ['v1'], kinds: ['Pod'] }],
      location,
      parameters: { assign: { value: 'x' }, pathTests },
    },
  } as KubeObject
  expect(causeOf(mutator)?.locations.map(({ path }) => path)).toEqual([at])
})
