import { expect, it } from 'vitest'
import { withJsonPatches } from './kyverno-patches.ts'

function policy(patchesJson6902: string): Record<string, unknown> {
  const rules = [{ name: 'r', mutate: { patchesJson6902 } }]
  return { apiVersion: 'kyverno.io/v1', kind: 'ClusterPolicy', spec: { rules } }
}

it('makes JSON of the patches in a policy', () => {
  const json = '[{"op":"add","path":"/x","value":{"a":1}}]'
  expect(withJsonPatches(policy('- op: add\n  path: /x\n  value: {a: 1}\n'))).toEqual(policy(json))
})

it('keeps what is no YAML', () => {
  expect(withJsonPatches(policy('- op: "'))).toEqual(policy('- op: "'))
})
