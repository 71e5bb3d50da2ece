import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../kube/object.ts'
import { ownersOf } from './ownership.ts'
import { resourceOf } from './resource.ts'
import { type MemoryServer, memoryServer } from './testing.ts'

const config = (data: object): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'c' },
  data,
})

const target = { kind: 'ConfigMap', namespace: 'default', name: 'c' }

function applied(server: MemoryServer, manager: string, body: object, force = false): string {
  const response = server.request({
    verb: 'patch',
    patchType: 'apply',
    target,
    patch: body,
    fieldManager: manager,
    force,
  })
  return response.ok ? `${response.code}` : `${response.code} ${response.status.message}`
}

const dataOf = (server: MemoryServer): unknown => server.object('ConfigMap', 'default/c')?.['data']

describe('server-side apply', () => {
  it('creates, then takes out what its manager no longer applies', () => {
    const server = memoryServer()
    expect(applied(server, 'a', config({ x: '1', y: '2' }))).toBe('201')
    expect(applied(server, 'a', config({ y: '2' }))).toBe('200')
    expect(dataOf(server)).toEqual({ y: '2' })
  })

  it('reads metadata that are null as absent', () => {
    const server = memoryServer()
    applied(server, 'a', config({ x: '1' }))
    expect(applied(server, 'a', { ...config({ x: '2' }), metadata: null })).toBe('200')
    expect(dataOf(server)).toEqual({ x: '2' })
  })

  it('refuses to change what another manager owns, unless forced', () => {
    const server = memoryServer()
    applied(server, 'a', config({ x: '1' }))
    const refused = '409 Apply failed with 1 conflict: conflict with "a": .data.x'
    expect(applied(server, 'b', config({ x: '2' }))).toBe(refused)
    expect(applied(server, 'b', config({ x: '2' }), true)).toBe('200')
    expect(dataOf(server)).toEqual({ x: '2' })
  })

  it('knows the owners of what was written without apply', () => {
    const server = memoryServer()
    const object = { ...config({ x: '1' }), metadata: { name: 'c', namespace: 'default' } }
    server.request({ verb: 'create', object: object as KubeObject, fieldManager: 'edit' })
    const refused = '409 Apply failed with 1 conflict: conflict with "edit" using v1: .data.x'
    expect(applied(server, 'a', config({ x: '2' }))).toBe(refused)
  })

  it('writes nothing when an apply changes nothing', () => {
    const server = memoryServer()
    applied(server, 'a', config({ x: '1' }))
    const before = server.writes.length
    applied(server, 'a', config({ x: '1' }))
    expect(server.writes.length).toBe(before)
  })

  it('keeps ownership apart from updates that leave the fields alone', () => {
    const server = memoryServer()
    applied(server, 'a', config({ x: '1' }))
    server.request({ verb: 'patch', target, patchType: 'merge', patch: { data: { y: '2' } } })
    const { context } = server
    const owners = ownersOf(context, resourceOf(context, 'ConfigMap', true), 'default/c')
    expect([...owners.values()].map(({ name }) => `${name.operation} ${name.manager}`)).toEqual([
      'Apply a',
      'Update trial',
    ])
  })

  it('wants a field manager, and an object that fits its type', () => {
    const server = memoryServer()
    expect(applied(server, '', config({}))).toContain('is required for apply patch')
    const wrong = { ...config({}), spec: 1 }
    expect(applied(server, 'a', wrong)).toContain('.spec: field not declared in schema')
  })
})
