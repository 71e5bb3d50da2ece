import { expect, it } from 'vitest'
import { fewerReplicas } from './fewer-replicas.ts'
import { cause, proposed } from './testing.ts'

it.each([
  { name: 'three on two nodes', facts: { replicas: 3, needed: 3, domains: 2 }, want: [2] },
  { name: 'a rollout of three on three', facts: { replicas: 3, needed: 4, domains: 3 }, want: [2] },
  { name: 'one on none', facts: { replicas: 1, needed: 1, domains: 0 }, want: [] },
])('$name: $want', ({ facts, want }) => {
  const found = proposed(fewerReplicas, { causes: [cause('replicas-exceed-domains', facts)] })
  expect(found?.map(({ fields }) => fields[0]?.value)).toEqual(want)
})
