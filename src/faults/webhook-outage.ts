// Webhooks refuse every connection: writes that one of them must see fail, others go on.
// Upstream: apiserver pkg/admission/plugin/webhook (failurePolicy), v0.36.3.

import type { World } from '../engine/world.ts'
import type { MutatingWebhookConfiguration } from '../kube/generated/types.ts'
import { outageOf } from '../kube/outage-object.ts'
import { type Fault, type FaultArgs, inapplicable } from './fault.ts'
import { isAnswering, putBack, takeOut } from './outages.ts'

const kinds = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'] as const

function webhooksOf(world: World): readonly string[] {
  return kinds.flatMap(kind =>
    world.store
      .list(kind)
      .flatMap(each => (each as MutatingWebhookConfiguration).webhooks ?? [])
      .map(({ name }) => name),
  )
}

function outage({ webhook }: FaultArgs): ReturnType<typeof outageOf> {
  return outageOf('webhooks', webhook)
}

export const webhookOutage = {
  name: 'webhook-outage',
  doc: 'Webhooks (all, or the one named) refuse connections: failurePolicy decides about writes.',
  args: ['webhook'],
  canApply: (world, args) => {
    const known = webhooksOf(world)
    const { webhook } = args
    if (known.length === 0) {
      return inapplicable('no webhook is registered', 'add the manifests that register one')
    }
    if (webhook !== undefined && !known.includes(webhook)) {
      return inapplicable(`there is no webhook "${webhook}"`, `name one of: ${known.join(', ')}`)
    }
    return isAnswering(world, outage(args))
  },
  apply: (world, args) => takeOut(world, outage(args)),
  recover: (world, args) => putBack(world, outage(args)),
} satisfies Fault
