// A webhook that refuses an object, where it is written: nobody answers it, or it said no. One
// whose own pods are refused as well never starts again by itself.

import type { Webhook } from '../../apiserver/webhooks/webhook.ts'
import { type Labels, selectorMatches } from '../../kube/label-selector.ts'
import { keyFrom } from '../../kube/object.ts'
import type { Platform, PlatformObject } from '../../trials/platform.ts'
import { fieldsOf, listOf } from '../../trials/written.ts'
import type { ExplainContext } from '../context.ts'
import type { Cause } from '../report.ts'
import type { CauseFinder } from './cause-finder.ts'

/** The texts of apiserver pkg/admission/plugin/webhook (generic, errors), v0.36.3. */
const unanswered = /failed calling webhook "([^"]+)"/
const denial = /admission webhook "([^"]+)" denied the request/

export const webhook = {
  name: 'webhook',
  doc: 'The webhook that refuses an object, where it is written, and whether it refuses its own pods.',
  find: context => {
    const message = context.incident.message ?? ''
    const name = (unanswered.exec(message) ?? denial.exec(message))?.[1]
    const written = name === undefined ? undefined : writtenWebhook(context.platform, name)
    if (written === undefined) return []
    return unanswered.test(message)
      ? [unansweredCause(written), ...ownPodsCause(context, written)]
      : [
          causeOf(written, {
            code: 'webhook-denies',
            text: `${whoText(written)} denies it`,
            field: 'rules',
          }),
        ]
  },
} satisfies CauseFinder

interface Written {
  readonly webhook: Webhook
  readonly at: string
  readonly configuration: PlatformObject
}

function writtenWebhook({ objects }: Platform, name: string): Written | undefined {
  for (const configuration of objects) {
    if (!configuration.object.kind.endsWith('WebhookConfiguration')) continue
    const webhooks = listOf(configuration.object['webhooks']) as unknown as readonly Webhook[]
    const index = webhooks.findIndex(each => each.name === name)
    const found = webhooks[index]
    if (found !== undefined) return { webhook: found, at: `webhooks[${index}]`, configuration }
  }
  return undefined
}

function whoText({ webhook: { name }, configuration: { object } }: Written): string {
  return `webhook ${name} of ${object.kind} ${object.metadata.name ?? ''}`
}

function unansweredCause(written: Written): Cause {
  const text = `${whoText(written)} must answer (failurePolicy Fail), and nobody does`
  return causeOf(written, { code: 'webhook-unanswered', text, field: 'failurePolicy' })
}

/** The pods behind the webhook are those that are refused: it waits for itself. */
function ownPodsCause(context: ExplainContext, written: Written): readonly Cause[] {
  const { incident, workload, world } = context
  const { kind, namespace, name } = incident.object
  const { service } = written.webhook.clientConfig
  if (service === undefined || service.namespace !== namespace) return []
  const stored = world.store.get('Service', keyFrom(namespace, service.name))
  const matchLabels = fieldsOf(stored?.['spec'])['selector'] as Labels | undefined
  const template = fieldsOf(fieldsOf(workload?.['spec'])['template'])
  const labels = fieldsOf(template['metadata'])['labels'] as Labels | undefined
  if (matchLabels === undefined || !selectorMatches({ matchLabels }, labels)) return []
  const text =
    `${kind} ${name} is what answers it, so none of its pods starts again: let the webhook leave ` +
    'them out (namespaceSelector, objectSelector)'
  return [causeOf(written, { code: 'webhook-waits-for-itself', text, field: 'clientConfig' })]
}

function causeOf(
  { webhook: { name }, at, configuration }: Written,
  { code, text, field }: { code: string; text: string; field: string },
): Cause {
  const path = `${at}.${field}`
  const isThere = configuration.range(path) !== undefined
  const locations = [configuration.locate(isThere ? path : at)]
  return { code, text, facts: { webhook: name }, locations, writers: [] }
}
