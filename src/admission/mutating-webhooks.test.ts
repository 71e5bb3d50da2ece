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
    const [first] = hook.webhooks
    const second = { ...first, name: 'second.example.com' }
    const twice = { ...hook, webhooks: [first, second] }
    const hangs = script({ answer: 'hang' })
    const too = script({ answer: 'hang', webhook: 'second.example.com' })
    const both = [hangs, { ...too, metadata: { name: 'second' } }]
    expect(createPod(serverWith(mutatingWebhooks, twice, ...both))).toBe(
      'Timeout: request did not complete within requested timeout - context deadline exceeded',
    )
  })
})
