import { expect, it } from 'vitest'
import { relaxAntiAffinity } from './relax-anti-affinity.ts'
import { antiAffinity, cause, proposed, term, web, webRef, webTerm } from './testing.ts'

it('makes a wish of the term that keeps the pods apart', () => {
  const causes = [cause('replicas-exceed-domains', { term })]
  const wish = { weight: 100, podAffinityTerm: webTerm }
  expect(proposed(relaxAntiAffinity, { causes })?.[0]?.fields).toEqual([
    {
      object: webRef,
      path: antiAffinity,
      value: { preferredDuringSchedulingIgnoredDuringExecution: [wish] },
    },
  ])
})

it('proposes nothing where the term is not written', () => {
  const causes = [cause('replicas-exceed-domains')]
  expect(proposed(relaxAntiAffinity, { causes, written: web })).toEqual([])
})
