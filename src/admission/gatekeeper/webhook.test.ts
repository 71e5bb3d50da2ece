import { describe, expect, it } from 'vitest'
import type { AdmissionContext } from '../../apiserver/admission.ts'
import type { Webhook } from '../../apiserver/webhooks/webhook.ts'
import type { KubeObject } from '../../kube/object.ts'
import { object } from '../testing.ts'
import { whyDown } from './webhook.ts'

const webhook: Webhook = { name: 'mutation.gatekeeper.sh', clientConfig: {}, sideEffects: 'None' }

interface Given {
  readonly image?: string
  readonly args?: readonly string[]
  readonly ready?: number
  readonly reason?: string
}

/** A Deployment in Gatekeeper's namespace; its webhook unless said otherwise. */
function deployment(given: Given): KubeObject {
  const { image = 'docker.io/openpolicyagent/gatekeeper:v3.7.1', args = [], ready = 0 } = given
  const { reason = 'NewReplicaSetAvailable' } = given
  return object('apps/v1', 'Deployment', 'd', {
    spec: { template: { spec: { containers: [{ name: 'm', image, args }] } } },
    status: { readyReplicas: ready, conditions: [{ type: 'Progressing', reason }] },
  })
}

function why(...deployments: readonly KubeObject[]): string | undefined {
  const list = (kind: string, namespace?: string): readonly KubeObject[] =>
    kind === 'Deployment' && namespace === 'gatekeeper-system' ? deployments : []
  return whyDown(webhook, { list, get: () => undefined } as unknown as AdmissionContext)
}

describe('mutators without the configuration of their webhook', () => {
  it('are taken to act where nothing of Gatekeeper is in the cluster', () => {
    expect(why()).toBeUndefined()
  })

  it.each([
    { name: 'no pod is ready any more', given: {}, isDown: true },
    { name: 'one is ready', given: { ready: 1 }, isDown: false },
    { name: 'it is being installed', given: { reason: 'ReplicaSetUpdated' }, isDown: false },
    { name: 'only the audit is down', given: { args: ['--operation=audit'] }, isDown: false },
    { name: 'its part for webhooks', given: { args: ['--operation=webhook'] }, isDown: true },
    { name: 'another image', given: { image: 'gatekeeper-crds:v3' }, isDown: false },
  ])('$name: down $isDown', ({ given, isDown }) => {
    expect(why(deployment(given)) !== undefined).toBe(isDown)
  })
})
