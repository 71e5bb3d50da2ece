// Names of ControllerRevisions against recorded ones, and the text that they hash.

import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { ControllerRevision } from '../kube/generated/types.ts'
import {
  canonicalJson,
  fnv1,
  type RevisionData,
  restores,
  revisionData,
  revisionHash,
  revisionName,
  templateOf,
} from './revisions.ts'

interface Trace {
  readonly topic: string
  readonly changes: readonly { kind: string; object?: ControllerRevision }[]
}

function recorded(): readonly ControllerRevision[] {
  const text = gunzipSync(readFileSync('corpus/traces.jsonl.gz')).toString()
  const traces = text
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Trace)
  return traces
    .filter(({ topic }) => topic === 'statefulset')
    .flatMap(({ changes }) => changes)
    .flatMap(({ kind, object }) =>
      kind === 'ControllerRevision' && object !== undefined ? [object] : [],
    )
}

describe('a revision', () => {
  it('has the recorded name', () => {
    const revisions = recorded()
    expect(revisions.length).toBeGreaterThan(3)
    for (const { data, metadata } of revisions) {
      const owner = metadata.ownerReferences?.[0]?.name ?? ''
      const hash = revisionHash(data as RevisionData, 0)
      expect(revisionName(owner, hash)).toBe(metadata.name)
    }
  })

  it('restores its template and no other', () => {
    const template = { metadata: { labels: { app: 'db' } }, spec: { containers: [] } }
    const revision: ControllerRevision = {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: { name: 'db-1' },
      data: revisionData(template),
      revision: 1,
    }
    expect(templateOf(revision)).toEqual(template)
    expect(restores(revision, template)).toBe(true)
    expect(restores(revision, { ...template, metadata: {} })).toBe(false)
  })

  it('cuts a long owner name so that the whole is a name', () => {
    expect(revisionName('x'.repeat(250), 'abcdefghij')).toHaveLength(234)
  })
})

describe('the text that is hashed', () => {
  it.each([
    { name: 'fields are sorted', value: { b: 1, a: [true] }, want: '{"a":[true],"b":1}' },
    { name: 'nulls are left out', value: { a: null, b: undefined }, want: '{}' },
    { name: 'HTML is escaped', value: '<a&b>', want: '"\\u003ca\\u0026b\\u003e"' },
  ])('$name', ({ value, want }) => {
    expect(canonicalJson(value)).toBe(want)
  })

  // The published test vectors of FNV-1, 32 bit.
  it.each([
    { text: '', want: 0x811c9dc5 },
    { text: 'a', want: 0x050c5d7e },
    { text: 'foobar', want: 0x31f0b262 },
  ])('"$text" hashes to $want', ({ text, want }) => {
    expect(fnv1(text)).toBe(want)
  })

  it('counts bytes of UTF-8, not characters', () => {
    const bytes = String.fromCharCode(0xc3, 0xa9)
    expect(fnv1('é')).not.toBe(fnv1('e'))
    expect(fnv1('é')).not.toBe(fnv1(bytes))
  })
})
