// What the harness of the recordings had behind the addresses of webhooks, as scripts of the twin.
// The recordings say it in the descriptions of their cases.

import { scriptKind, type WebhookScript } from '../../src/apiserver/webhooks/answers.ts'
import { request } from '../../src/cluster/cluster.ts'
import type { World } from '../../src/engine/world.ts'
import type { MutatingWebhookConfiguration } from '../../src/kube/generated/types.ts'
import type { KubeObject } from '../../src/kube/object.ts'
import type { TraceAction, TraceCase } from './trace-format.ts'

type Script = NonNullable<WebhookScript['spec']>
type Hook = NonNullable<MutatingWebhookConfiguration['webhooks']>[number]

const terms = 'nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms'
const platform = { matchExpressions: [{ key: 'pool', operator: 'In', values: ['platform'] }] }

/** Where a mutator adds its term: the path that the description names, else the pods' own. */
function affinityPath(
  { description }: TraceCase,
  resources: readonly string[],
): string | undefined {
  const named = /\badds (\/[\w/]+)/.exec(description)?.[1]
  if (named !== undefined) return named.slice(1).replaceAll('/', '.')
  return resources.every(each => each === 'deployments') ? 'spec.template.spec.affinity' : undefined
}

function scriptFor(trace: TraceCase, { clientConfig: { url }, rules = [] }: Hook): Script {
  // No pod is behind any Service that the recordings name.
  if (url === undefined) return { answer: 'refuse' }
  if (url.startsWith('https://127.0.0.1:1/')) return { answer: 'refuse' }
  // Several at once are recorded for the time that they take.
  if (/unreachable|\bwebhooks\b.*\btimeout \d+ s/.test(trace.description)) return { answer: 'hang' }
  const affinity = affinityPath(
    trace,
    rules.flatMap(({ resources = [] }) => resources),
  )
  if (affinity === undefined) return {}
  return { append: { at: `${affinity}.${terms}`, value: platform } }
}

/** Scripts the webhooks that the action brings, or lets those of a dead node hang. */
export function scriptWebhooks(world: World, trace: TraceCase, { do: deed }: TraceAction): void {
  // Where a node dies, the webhooks of the harness were on it.
  if (deed.op === 'killNode') {
    for (const script of world.store.list(scriptKind) as readonly WebhookScript[]) {
      request(world, {
        verb: 'update',
        object: { ...script, spec: { ...script.spec, answer: 'hang' } },
      })
    }
  }
  if (deed.op !== 'create' || deed.object === undefined) return
  for (const hook of webhooksIn(deed.object)) {
    const { name } = hook
    const spec = { webhook: name, ...scriptFor(trace, hook) }
    const metadata = { name, namespace: trace.namespace }
    const script = { apiVersion: 'seatrial.dev/v1', kind: 'Webhook', metadata, spec }
    request(world, { verb: 'create', object: script })
  }
}

function webhooksIn(object: KubeObject): readonly Hook[] {
  if (!object.kind.endsWith('WebhookConfiguration')) return []
  return (object as MutatingWebhookConfiguration).webhooks ?? []
}
