import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../kube/object.ts'
import { AssumedObjects } from './assumed-objects.ts'

function claim(name: string, resourceVersion: string, status = ''): KubeObject {
  const metadata = { name, namespace: 'default', resourceVersion }
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, status }
}

const kind = 'PersistentVolumeClaim'

describe('objects that the scheduler has just written', () => {
  it('hide the older version of the informer', () => {
    const assumed = new AssumedObjects()
    assumed.assume(claim('a', '7', 'new'), claim('a', '5'))
    expect(assumed.get(kind, 'default/a', claim('a', '5'))).toEqual(claim('a', '7', 'new'))
    expect(assumed.list(kind, undefined, [claim('a', '5'), claim('b', '1')])).toEqual([
      claim('a', '7', 'new'),
      claim('b', '1'),
    ])
  })

  it('give way to whatever the informer shows next', () => {
    const assumed = new AssumedObjects()
    assumed.assume(claim('a', '7', 'new'), claim('a', '5'))
    expect(assumed.get(kind, 'default/a', claim('a', '6'))).toEqual(claim('a', '6'))
    assumed.observe(kind, 'default/a', claim('a', '6'))
    expect(assumed.get(kind, 'default/a', claim('a', '5'))).toEqual(claim('a', '5'))
  })

  it('are there before the informer knows them, and not after it saw them go', () => {
    const assumed = new AssumedObjects()
    assumed.assume(claim('b', '7'), undefined)
    expect(assumed.list(kind, 'default', [claim('a', '1'), claim('c', '1')])).toHaveLength(3)
    expect(assumed.list(kind, 'other', [])).toEqual([])
    assumed.observe(kind, 'default/b', claim('b', '7'))
    assumed.observe(kind, 'default/b', undefined)
    expect(assumed.get(kind, 'default/b', undefined)).toBeUndefined()
  })

  it('stay apart in forks', () => {
    const assumed = new AssumedObjects()
    const fork = assumed.fork()
    fork.assume(claim('a', '7'), undefined)
    expect(assumed.get(kind, 'default/a', undefined)).toBeUndefined()
  })
})
