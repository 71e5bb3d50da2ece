import { describe, expect, it } from 'vitest'
import { createPod, object, pod, registered, rules, script, serverWith } from './testing.ts'
import { validatingWebhooks } from './validating-webhooks.ts'

const service = { name: 'policy', namespace: 'default', path: '/check' }
const selector = { app: 'policy' }
const backend = [
  object('v1', 'Service', 'policy', { spec: { selector, ports: [{ port: 443 }] } }),
  object('apps/v1', 'Deployment', 'policy', {
    spec: {
      selector: { matchLabels: selector },
      template: {
        metadata: { labels: selector },
        spec: { containers: [{ name: 'c', image: 'i' }] },
      },
    },
  }),
]

describe('webhooks', () => {
  it('that must answer and have no ready endpoint refuse the request', () => {
    const hook = registered('ValidatingWebhookConfiguration', { clientConfig: { service } })
    expect(createPod(serverWith(validatingWebhooks, ...backend, hook))).toMatch(
      /^Internal error occurred: failed calling webhook "check.example.com": failed to call webhook: Post "https:\/\/policy.default.svc:443\/check\?timeout=10s": dial tcp .*:443: connect: connection refused$/,
    )
  })

  it('that may fail, or whose pods are elsewhere, let it pass', () => {
    const clientConfig = { service }
    const lenient = { clientConfig, failurePolicy: 'Ignore' }
    const kind = 'ValidatingWebhookConfiguration'
    expect(createPod(serverWith(validatingWebhooks, ...backend, registered(kind, lenient)))).toBe(
      'created',
    )
    expect(createPod(serverWith(validatingWebhooks, registered(kind, { clientConfig })))).toBe(
      'created',
    )
  })

  it('answer as a script says', () => {
    const url = 'https://policy.example.com/check'
    const hook = registered('ValidatingWebhookConfiguration', { clientConfig: { url } })
    expect(
      createPod(serverWith(validatingWebhooks, hook, script({ answer: 'deny', message: 'no' }))),
    ).toBe('admission webhook "check.example.com" denied the request: no')
    expect(createPod(serverWith(validatingWebhooks, hook, script({ answer: 'hang' })))).toContain(
      'Post "https://policy.example.com/check?timeout=10s": context deadline exceeded',
    )
  })

  it('without rules are asked about nothing', () => {
    const clientConfig = { url: 'https://policy.example.com/check' }
    const hook = registered('ValidatingWebhookConfiguration', { clientConfig, rules: undefined })
    const refusing = script({ answer: 'refuse' })
    expect(createPod(serverWith(validatingWebhooks, refusing, hook))).toBe('created')
  })

  it('are asked about deletions and evictions, and never about webhooks', () => {
    const hook = registered('ValidatingWebhookConfiguration', {
      clientConfig: { url: 'https://policy.example.com/' },
      rules: [{ ...rules[0], resources: ['*/*'] }],
    })
    const server = serverWith(validatingWebhooks, pod())
    for (const each of [script({ answer: 'refuse' }), hook]) {
      expect(server.request({ verb: 'create', object: each }).ok).toBe(true)
    }
    const target = { kind: 'Pod', namespace: 'default', name: pod().metadata.name ?? '' }
    expect(server.request({ verb: 'delete', target }).code).toBe(500)
    expect(server.request({ verb: 'evict', target }).code).toBe(500)
    const own = { kind: 'ValidatingWebhookConfiguration', name: 'w' }
    expect(server.request({ verb: 'delete', target: own }).ok).toBe(true)
  })
})
