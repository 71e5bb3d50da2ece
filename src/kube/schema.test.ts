import { describe, expect, it } from 'vitest'
import { kinds } from './kinds.ts'
import { schemaOf, type StructType, structAt } from './schema.ts'

function podSpec(): StructType {
  return structAt(schemaOf('v1', 'Pod') as StructType, ['spec'])
}

describe('the schema table', () => {
  it('has a type for every version of every kind', () => {
    for (const { kind, group, versions } of kinds.values()) {
      for (const version of versions) {
        const apiVersion = group === '' ? version : `${group}/${version}`
        expect(schemaOf(apiVersion, kind)?.bareName, `${apiVersion} ${kind}`).toBe(kind)
      }
    }
  })

  it('knows Go names, types, and how lists are merged', () => {
    const { jsonFields } = podSpec()
    expect(jsonFields.get('dnsPolicy')).toMatchObject({
      goName: 'DNSPolicy',
      omitempty: true,
      type: { name: 'v1.DNSPolicy', kind: 'primitive' },
    })
    expect(jsonFields.get('volumes')).toMatchObject({
      patchStrategy: ['merge', 'retainKeys'],
      mergeKey: 'name',
      type: { name: '[]v1.Volume' },
    })
    expect(jsonFields.get('containers')?.omitempty).toBe(false)
  })

  it('lifts the fields of inline structs and remembers the way', () => {
    const volume = structAt(podSpec(), ['volumes'])
    expect(volume.jsonFields.get('emptyDir')?.through).toEqual(['VolumeSource'])
  })

  it('expands every type without a gap', () => {
    const seen = new Set<StructType>()
    const waiting = [...kinds.values()].flatMap(({ kind, group, versions }) =>
      versions.map(each => schemaOf(group === '' ? each : `${group}/${each}`, kind) as StructType),
    )
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (seen.has(next)) continue
      seen.add(next)
      for (const field of next.jsonFields.values()) {
        let { type } = field
        while (type.kind !== 'struct' && 'element' in type) type = type.element
        if (type.kind === 'struct') waiting.push(type)
      }
    }
    expect(seen.size).toBeGreaterThan(500)
  })
})
