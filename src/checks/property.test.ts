import { describe, expect, it } from 'vitest'
import type { World } from '../engine/world.ts'
import { brokenProperties, type Condition, isLostBy, meets, type When } from './property.ts'
import { observed, stillWorld } from './testing.ts'

const object = { kind: 'Deployment', namespace: 'shop', name: 'web' }

/** The Deployment's ready replicas one after the other; undefined: it is removed. */
function worldOf(values: readonly (number | undefined)[], name = 'web'): World {
  const world = stillWorld()
  for (const readyReplicas of values) {
    const metadata = { name, namespace: 'shop' }
    const next = { apiVersion: 'apps/v1', kind: 'Deployment', metadata, status: { readyReplicas } }
    const written = readyReplicas === undefined ? undefined : next
    world.submit({ kind: 'Deployment', key: `shop/${name}`, object: written }, 'test')
  }
  return world
}

function said(world: World, when: When, condition: Condition = {}, about = object): string[] {
  const path = 'status.readyReplicas'
  const property = { name: 'p', when, object: about, path, atLeast: 1, ...condition }
  return brokenProperties(observed({ world }), [property]).map(({ message }) => message ?? '')
}

describe('always', () => {
  it('holds from the first moment at which it holds', () => {
    expect(said(worldOf([0, 0, 1, 2]), 'always')).toEqual([])
  })

  it('is broken by one moment, even if it is mended', () => {
    expect(said(worldOf([0, 2, 0, 2]), 'always')).toEqual([
      'p: always status.readyReplicas is at least 1, but shop/web: status.readyReplicas is 0',
    ])
    expect(said(worldOf([1, undefined]), 'always')[0]).toContain('shop/web is gone')
  })

  it('has to hold once', () => {
    expect(said(worldOf([0, 0]), 'always')[0]).toContain('it never came to hold')
  })
})

describe('never and eventually', () => {
  it('never is broken by one moment', () => {
    expect(said(worldOf([0, 0]), 'never')).toEqual([])
    expect(said(worldOf([0, 1, 0]), 'never')).toHaveLength(1)
  })

  it('eventually asks of the end alone', () => {
    expect(said(worldOf([1, 0, 1]), 'eventually')).toEqual([])
    expect(said(worldOf([1, 0]), 'eventually')[0]).toContain('in the end shop/web')
    expect(said(stillWorld(), 'eventually')[0]).toContain('it was never there')
  })

  it('a name with a star means every object that begins so', () => {
    const all = { ...object, name: 'we*' }
    expect(said(worldOf([1, 0]), 'never', {}, all)).toHaveLength(1)
    expect(said(worldOf([1, 0], 'db'), 'never', {}, all)).toEqual([])
  })

  it('only some changes break it for good', () => {
    const property = { name: 'p', object, path: 'status.readyReplicas', equals: 0 }
    const isLost = (when: When, values: readonly number[]): boolean =>
      worldOf(values)
        .store.changesAfter(0)
        .some(change => isLostBy(change, [{ ...property, when }]))
    expect(isLost('never', [1, 0])).toBe(true)
    expect(isLost('always', [1, 2])).toBe(false)
    expect(isLost('always', [0, 1])).toBe(true)
    expect(isLost('eventually', [0, 1])).toBe(false)
  })
})

describe('a condition', () => {
  const web = { apiVersion: 'v1', kind: 'X', metadata: { name: 'x' }, spec: { a: 'b', n: 2 } }
  it.each<[Condition, boolean]>([
    [{}, true],
    [{ exists: false }, false],
    [{ path: 'spec.a', equals: 'b' }, true],
    [{ path: 'spec.a', not: 'b' }, false],
    [{ path: 'spec.c', exists: false }, true],
    [{ path: 'spec.c' }, false],
    [{ path: 'spec.n', atLeast: 2, atMost: 2 }, true],
    [{ path: 'spec.n', atLeast: 3 }, false],
    [{ path: 'spec.c', atMost: 3 }, false],
  ])('%j: %s', (condition, want) => {
    expect(meets(web, condition)).toBe(want)
  })
})
