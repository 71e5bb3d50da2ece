import { expect, it } from 'vitest'
import { memoryServer } from '../apiserver/testing.ts'
import { namespaceLifecycle } from './namespace-lifecycle.ts'
import { created, object, pod } from './testing.ts'

it('refuses objects in a namespace that does not exist', () => {
  expect(created([namespaceLifecycle], pod())).toMatchObject({
    code: 404,
    status: { message: 'namespaces "default" not found' },
  })
})

it('refuses new content in a namespace that is being terminated', () => {
  const server = memoryServer([namespaceLifecycle])
  server.request({ verb: 'create', object: object('v1', 'Namespace', 'going') })
  server.request({ verb: 'delete', target: { kind: 'Namespace', name: 'going' } })
  const late = pod({}, { namespace: 'going' })
  expect(server.request({ verb: 'create', object: late })).toMatchObject({
    code: 403,
    status: {
      message:
        'pods "p" is forbidden: unable to create new content in namespace going because it is being terminated',
      details: { causes: [{ reason: 'NamespaceTerminating' }] },
    },
  })
})
