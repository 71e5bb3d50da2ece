import { expect, it } from 'vitest'
import type { KubeObject } from '../../kube/object.ts'
import { pod } from '../testing.ts'
import { MutationSystem } from './system.ts'

function mutator(kind: string, name: string, spec: object): KubeObject {
  return { apiVersion: 'mutations.gatekeeper.sh/v1', kind, metadata: { name }, spec }
}

const pods = [{ groups: [''], versions: ['v1'], kinds: ['Pod'] }]

function assign(name: string, location: string, value: unknown): KubeObject {
  return mutator('Assign', name, { applyTo: pods, location, parameters: { assign: { value } } })
}

function mutated(object: KubeObject, ...mutators: readonly KubeObject[]) {
  const system = new MutationSystem()
  for (const each of mutators) system.upsert(each)
  return system.mutate({ object, namespace: undefined, operation: 'CREATE', source: 'Original' })
}

it('sets a field of every container and leaves the given object as it was', () => {
  const given = pod({ containers: [{ name: 'a' }, { name: 'b' }] })
  const all = assign('all', 'spec.containers[name: *].imagePullPolicy', 'Always')
  const { iterations, object, applied } = mutated(given, all)
  expect(iterations).toBe(2)
  expect(object?.['spec']).toEqual({
    containers: [
      { name: 'a', imagePullPolicy: 'Always' },
      { name: 'b', imagePullPolicy: 'Always' },
    ],
  })
  expect(applied.map(({ name }) => name)).toEqual(['all'])
  expect(given['spec']).toEqual({ containers: [{ name: 'a' }, { name: 'b' }] })
})

it('gives the mutator with the later name the last word', () => {
  const { object } = mutated(
    pod(),
    assign('b', 'spec.priority', 2),
    assign('a', 'spec.priority', 1),
  )
  expect(object?.['spec']).toMatchObject({ priority: 2 })
})

it('takes one more iteration than a chain of labels that runs against the order', () => {
  const label = (name: string, adds: string, needs: object): KubeObject =>
    mutator('AssignMetadata', name, {
      location: `metadata.labels.${adds}`,
      match: { labelSelector: { matchLabels: needs } },
      parameters: { assign: { value: 'yes' } },
    })
  const chain = [label('c', 'first', {}), label('b', 'second', { first: 'yes' })]
  const { iterations, object } = mutated(pod(), ...chain, label('a', 'third', { second: 'yes' }))
  expect(iterations).toBe(4)
  expect(object?.metadata.labels).toEqual({ first: 'yes', second: 'yes', third: 'yes' })
})

it('changes nothing when one mutator prunes what another merges', () => {
  const modify = (name: string, operation: string): KubeObject =>
    mutator('ModifySet', name, {
      applyTo: pods,
      location: 'spec.list',
      parameters: { operation, values: { fromList: ['v'] } },
    })
  const given = pod({ list: [] })
  expect(mutated(given, modify('a', 'merge'), modify('b', 'prune')).iterations).toBe(0)
})

it('skips both mutators whose locations contradict each other', () => {
  const system = new MutationSystem()
  expect(system.upsert(assign('a', 'spec.x.y', 1))).toEqual({
    id: 'Assign.mutations.gatekeeper.sh /a',
  })
  const second = system.upsert(assign('b', 'spec.x[name: z].y', 1))
  expect(second).toMatchObject({ error: expect.stringContaining('conflicting schemas') })
  const arrival = { namespace: undefined, operation: 'CREATE', source: 'Original' }
  expect(system.mutate({ object: pod(), ...arrival }).iterations).toBe(0)
  system.remove('Assign.mutations.gatekeeper.sh /b')
  expect(system.mutate({ object: pod(), ...arrival }).iterations).toBe(2)
})

it('takes a mutator that is no mutator at all as invalid', () => {
  const system = new MutationSystem()
  expect(system.upsert({ apiVersion: 'x/v1', kind: 'Assign', metadata: {} })).toEqual({
    invalid: 'empty path',
  })
})
