import { expect, it } from 'vitest'
import type { Memory, ObjectChange } from '../../controllers/framework.ts'
import type { KubeObject } from '../../kube/object.ts'
import { leader, notePod } from './process.ts'

function pod(name: string, tag: string): KubeObject {
  const containers = [{ name: 'c', image: `quay.io/argoproj/argo-rollouts:${tag}` }]
  const metadata = { name, namespace: 'argo', uid: name }
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers }, status }
}

const status = { phase: 'Running' }

/** The tag of the process that leads after these changes. */
function leads(changes: readonly Pick<ObjectChange, 'before' | 'after'>[]): string | undefined {
  const known = new Map<string, unknown>()
  const memory = {
    get: <T>(key: string) => known.get(key) as T | undefined,
    set: (key, value) => void known.set(key, value),
    delete: key => void known.delete(key),
  } satisfies Memory
  for (const change of changes) {
    const { name = '' } = (change.after ?? change.before)?.metadata ?? {}
    notePod(memory, { kind: 'Pod', key: `argo/${name}`, ...change } as ObjectChange)
  }
  const recall = function* <T>(key: string) {
    yield* []
    return memory.get<T>(key)
  }
  const part = leader({ recall } as never).next()
  return (part.value as { readonly tag: string } | undefined)?.tag
}

it('a process leads until it ends, whatever the names of those that start', () => {
  const [old, fresh, other] = [pod('b', 'v1.7.2'), pod('a', 'v1.8.3'), pod('c', 'v1.9.1')]
  const begun = [old, other, fresh].map(after => ({ before: undefined, after }))
  expect(leads([])).toBeUndefined()
  expect(leads(begun)).toBe('v1.7.2')
  expect(leads([...begun, { before: old, after: undefined }])).toBe('v1.8.3')
  const all = [old, other, fresh].map(before => ({ before, after: undefined }))
  expect(leads([...begun, ...all])).toBeUndefined()
})
