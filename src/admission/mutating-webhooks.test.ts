import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../kube/object.ts'
import { mutatingWebhooks } from './mutating-webhooks.ts'
import { createPod, pod, registered, script, serverWith } from './testing.ts'

describe('mutating webhooks', () => {
  const clientConfig = { url: 'https://policy.example.com/' }

  it('add to a list at every write', () => {
    const append = { at: 'spec.tolerations', value: { key: 'x', operator: 'Exists' } }
    const hook = registered('MutatingWebhookConfiguration', { clientConfig })
    const server = serverWith(mutatingWebhooks, hook, script({ append }))
    expect(createPod(server)).toBe('created')
    const stored = server.object('Pod', `default/${pod().metadata.name}`)
    expect(stored).toMatchObject({ spec: { tolerations: [{ key: 'x' }] } })
  })

  it('that hang for 34 s together leave no time, even where they may fail', () => {
    const slow = { clientConfig, failurePolicy: 'Ignore', timeoutSeconds: 20 }
    const hook = registered('MutatingWebhookConfiguration', slow) as KubeObject & {
      readonly webhooks: readonly object[]
    }
    const twice = { ...hook, webhooks: [hook.webhooks[0], hook.webhooks[0]] }
    expect(createPod(serverWith(mutatingWebhooks, twice, script({ answer: 'hang' })))).toBe(
      'Timeout: request did not complete within requested timeout - context deadline exceeded',
    )
  })
})
