import { describe, expect, it } from 'vitest'
import { schemaOf, type StructType } from '../schema.ts'
import { applyJsonPatch } from './json-patch.ts'
import type { JsonObject } from './json.ts'
import { applyMergePatch } from './merge-patch.ts'
import { createThreeWayPatch } from './strategic-diff.ts'
import { applyStrategicMergePatch } from './strategic-merge-patch.ts'

const deploymentType = schemaOf('apps/v1', 'Deployment') as StructType

function deployment(spec: JsonObject): JsonObject {
  return { spec: { template: { spec } } }
}

const two = [
  { name: 'a', image: 'a:1', ports: [{ containerPort: 80 }] },
  { name: 'b', image: 'b:1' },
]

describe('strategic merge patches', () => {
  const cases = [
    {
      name: 'elements are found by their merge key',
      original: { containers: two },
      patch: { containers: [{ name: 'b', image: 'b:2' }] },
      want: { containers: [two[0], { name: 'b', image: 'b:2' }] },
    },
    {
      name: '$patch delete removes an element',
      original: { containers: two },
      patch: { containers: [{ name: 'a', $patch: 'delete' }] },
      want: { containers: [two[1]] },
    },
    {
      name: '$setElementOrder orders the list, and what only the server has stays in place',
      original: { containers: [...two, { name: 'x' }] },
      patch: { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] },
      want: { containers: [two[1], two[0], { name: 'x' }] },
    },
    {
      name: '$retainKeys clears the other members of a union',
      original: { volumes: [{ name: 'v', emptyDir: {} }] },
      patch: {
        volumes: [{ name: 'v', $retainKeys: ['name', 'secret'], secret: { secretName: 's' } }],
      },
      want: { volumes: [{ name: 'v', secret: { secretName: 's' } }] },
    },
    {
      name: 'a list without strategy is replaced, null removes a field',
      original: { tolerations: [{ key: 'a' }], nodeName: 'n' },
      patch: { tolerations: [{ key: 'b' }], nodeName: null },
      want: { tolerations: [{ key: 'b' }] },
    },
  ]
  it.each(cases)('$name', ({ original, patch, want }) => {
    const before = structuredClone(original)
    const result = applyStrategicMergePatch(deployment(original), deployment(patch), deploymentType)
    expect(result).toEqual({ ok: true, value: deployment(want) })
    expect(original).toEqual(before)
  })

  it('$deleteFromPrimitiveList removes scalars', () => {
    const original = { metadata: { finalizers: ['a', 'b'] } }
    const patch = { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } }
    const result = applyStrategicMergePatch(original, patch, deploymentType)
    expect(result).toEqual({ ok: true, value: { metadata: { finalizers: ['b'] } } })
  })

  it('an element without merge key is refused with a message', () => {
    const patch = deployment({ containers: [{ image: 'x' }] })
    expect(
      applyStrategicMergePatch(deployment({ containers: two }), patch, deploymentType),
    ).toEqual({
      ok: false,
      error: 'map: map[image:x] does not contain declared merge key: name',
    })
  })

  it('apply keeps what others added and deletes what was taken out of the manifest', () => {
    const original = deployment({ containers: two, nodeName: 'n' })
    const modified = deployment({ containers: [two[0]] })
    const current = deployment({ containers: [...two, { name: 'injected' }], nodeName: 'n' })
    const options = { type: deploymentType, overwrite: true }
    const patch = createThreeWayPatch({ original, modified, current }, options)
    expect(patch.ok && applyStrategicMergePatch(current, patch.value, deploymentType)).toEqual({
      ok: true,
      value: deployment({ containers: [two[0], { name: 'injected' }] }),
    })
  })
})

describe('merge and JSON patches', () => {
  it('share what they do not touch', () => {
    const document = { a: { x: 1 }, b: { y: 1 } }
    const merged = applyMergePatch(document, {
      b: { y: null, z: { deep: null } },
    }) as typeof document
    expect(merged).toEqual({ a: { x: 1 }, b: { z: {} } })
    expect(merged.a).toBe(document.a)
    expect(document.b).toEqual({ y: 1 })
  })

  const cases = [
    { name: 'a missing key', patch: [{ op: 'remove', path: '/zz' }], error: 'nonexistent key: zz' },
    { name: 'a bad index', patch: [{ op: 'add', path: '/l/9', value: 1 }], error: 'invalid index' },
    { name: 'a failed test', patch: [{ op: 'test', path: '/a', value: 2 }], error: 'test failed' },
    { name: 'an unknown operation', patch: [{ op: 'x', path: '/a' }], error: 'Unexpected kind: x' },
    { name: 'no path', patch: [{ op: 'add' }], error: 'failed to decode path' },
    { name: 'no list', patch: { op: 'add' }, error: 'cannot unmarshal object' },
    { name: 'no object', patch: ['add'], error: 'cannot unmarshal string' },
    { name: 'a null operation', patch: [null], error: 'Unexpected kind: unknown' },
  ]
  for (const { name, patch, error } of cases) {
    it(`${name} stops a JSON patch`, () => {
      const result = applyJsonPatch({ a: 1, l: [] }, patch)
      expect(result.ok ? '' : result.error).toContain(error)
    })
  }
})
