import { expect, it } from 'vitest'
import { pathParts, setAt } from '../kube/field-path.ts'
import type { KubeObject } from '../kube/object.ts'
import { countPerRevision } from './count-per-revision.ts'
import { cause, proposed, term, web, webRef } from './testing.ts'

const noRoom = cause('rollout-has-no-room')
const causes = [noRoom, cause('replicas-exceed-domains', { term })]

it('counts pods of one revision in the term that keeps them apart', () => {
  expect(proposed(countPerRevision, { causes })).toMatchObject([
    { fields: [{ object: webRef, path: `${term}.matchLabelKeys`, value: ['pod-template-hash'] }] },
  ])
})

it('has nothing to add where keys are written, or where no term is the cause', () => {
  const path = pathParts(`${term}.matchLabelKeys`)
  const written = setAt(web, path, ['pod-template-hash']) as KubeObject
  expect(proposed(countPerRevision, { causes, written })).toEqual([])
  expect(proposed(countPerRevision, { causes: [noRoom] })).toEqual([])
})

it('leaves a StatefulSet alone: its pods carry no such hash', () => {
  const object = { ...webRef, kind: 'StatefulSet' }
  expect(proposed(countPerRevision, { causes, object })).toEqual([])
})
