// What the harness of the recordings had behind the addresses of webhooks, as scripts of the twin.
// The recordings say it in the descriptions of their cases.

import { scriptKind, type WebhookScript } from '../../src/apiserver/webhooks/answers.ts'
import { request } from '../../src/cluster/cluster.ts'
import type { World } from '../../src/engine/world.ts'
import type { MutatingWebhookConfiguration } from '../../src/kube/generated/types.ts'
import type { KubeObject } from '../../src/kube/object.ts'
import type { TraceAction, TraceCase } from './trace-format.ts'

type Script = NonNullable<WebhookScript['spec']>

const terms = 'nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms'
const platform = { matchExpressions: [{ key: 'pool', operator: 'In', values: ['platform'] }] }

/** Paths to the affinity that mutators add a term to, by case. */
const affinities: Readonly<Record<string, string>> = {
  'F10-10': 'spec.template.spec.affinity',
  'F10-11/right-path': 'spec.jobTemplate.spec.template.spec.affinity',
  'F10-11/wrong-path': 'spec.jobTemplate.spec.affinity',
}

function scriptFor({ id }: TraceCase, url: string | undefined): Script {
  // No pod is behind any Service that the recordings name.
  if (url === undefined) return { answer: 'refuse' }
  if (url.startsWith('https://127.0.0.1:1/')) return { answer: 'refuse' }
  if (id.startsWith('F10-05')) return { answer: 'hang' }
  const affinity = Object.entries(affinities).find(([prefix]) => id.startsWith(prefix))?.[1]
  if (affinity === undefined) return {}
  return { append: { at: `${affinity}.${terms}`, value: platform } }
}

/** Scripts the webhooks that the action brings, or lets those of a dead node hang. */
export function scriptWebhooks(world: World, trace: TraceCase, { do: deed }: TraceAction): void {
  if (deed.op === 'killNode' && trace.id.startsWith('F10-02')) {
    for (const script of world.store.list(scriptKind) as readonly WebhookScript[]) {
      request(world, {
        verb: 'update',
        object: { ...script, spec: { ...script.spec, answer: 'hang' } },
      })
    }
  }
  if (deed.op !== 'create' || deed.object === undefined) return
  for (const { name, clientConfig } of webhooksIn(deed.object)) {
    const spec = { webhook: name, ...scriptFor(trace, clientConfig.url) }
    const metadata = { name, namespace: trace.namespace }
    const script = { apiVersion: 'seatrial.dev/v1', kind: 'Webhook', metadata, spec }
    request(world, { verb: 'create', object: script })
  }
}

function webhooksIn(object: KubeObject): NonNullable<MutatingWebhookConfiguration['webhooks']> {
  if (!object.kind.endsWith('WebhookConfiguration')) return []
  return (object as MutatingWebhookConfiguration).webhooks ?? []
}
