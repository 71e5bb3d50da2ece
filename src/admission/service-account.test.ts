import { expect, it } from 'vitest'
import { serviceAccount } from './service-account.ts'
import { created, pod } from './testing.ts'

it('assigns the default account and mounts its token', () => {
  const answer = created([serviceAccount], pod())
  expect(answer).toMatchObject({
    object: {
      spec: {
        serviceAccountName: 'default',
        containers: [
          { volumeMounts: [{ mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }] },
        ],
        volumes: [{ projected: { defaultMode: 420 } }],
      },
    },
  })
})

it('mounts nothing where the pod does not want it', () => {
  const answer = created([serviceAccount], pod({ automountServiceAccountToken: false }))
  expect(answer.ok && (answer.object['spec'] as { volumes?: unknown }).volumes).toBeUndefined()
})

it('refuses an account that does not exist', () => {
  expect(created([serviceAccount], pod({ serviceAccountName: 'none' }))).toMatchObject({
    status: {
      message:
        'pods "p" is forbidden: error looking up service account default/none: serviceaccount "none" not found',
    },
  })
})

it('leaves a pod without a spec to validation', () => {
  const { spec: _, ...bare } = pod()
  expect(created([serviceAccount], bare)).toMatchObject({
    status: {
      message: expect.stringContaining('spec.containers: Required value'),
    },
  })
})
