import { expect, it } from 'vitest'
import type { World } from '../engine/world.ts'
import type { KubeObject } from '../kube/object.ts'
import { apply, clusterWithWeb, podsOf, scaleWeb } from './testing.ts'
import { webhookOutage } from './webhook-outage.ts'

function webhook(name: string, resource: string, failurePolicy: string): KubeObject {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name },
    webhooks: [
      {
        name,
        clientConfig: { url: 'https://10.9.9.9/' },
        failurePolicy,
        rules: [
          { apiGroups: ['*'], apiVersions: ['*'], operations: ['CREATE'], resources: [resource] },
        ],
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
      },
    ],
  } as KubeObject
}

function cluster(): World {
  const world = clusterWithWeb()
  apply(world, webhook('pods.example.com', 'pods', 'Fail'))
  apply(world, webhook('any.example.com', '*', 'Ignore'))
  return world
}

it('pods that it must see are refused until it answers again', () => {
  const world = cluster()
  webhookOutage.apply(world, {})
  scaleWeb(world, 3)
  world.runFor(30_000)
  expect(podsOf(world)).toHaveLength(1)
  const refusals = world.traceFrom(0).filter(e => e.type === 'event' && e.reason === 'FailedCreate')
  expect(refusals.length).toBeGreaterThan(0)
  webhookOutage.recover(world, {})
  world.runFor(120_000)
  expect(podsOf(world)).toHaveLength(3)
})

it('of one that may be ignored hinders nobody', () => {
  const world = cluster()
  webhookOutage.apply(world, { webhook: 'any.example.com' })
  scaleWeb(world, 3)
  world.runFor(30_000)
  expect(podsOf(world)).toHaveLength(3)
})

it.each([
  [{ webhook: 'some.example.com' }, 'there is no webhook "some.example.com"'],
  [{}, 'webhooks is out already'],
])('cannot strike with %j', (args, what) => {
  const world = cluster()
  webhookOutage.apply(world, {})
  expect(webhookOutage.canApply(world, args).problems[0]?.what).toBe(what)
})

it('needs a webhook', () => {
  expect(webhookOutage.canApply(clusterWithWeb(), {}).ok).toBe(false)
})
