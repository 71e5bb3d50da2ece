// GatekeeperMutation calls Gatekeeper's webhooks, in the place of MutatingAdmissionWebhook: the
// mutators that the cluster holds change what is created and updated, and invalid ones are refused.
// Upstream: gatekeeper v3.23.1 pkg/webhook/{mutation,policy}.go.

import type { AdmissionContext, AdmissionPlugin, ObjectRequest } from '../apiserver/admission.ts'
import { decode } from '../apiserver/decoding.ts'
import { semanticEqual } from '../apiserver/equality.ts'
import { isCalled } from '../apiserver/webhooks/conditions.ts'
import { callFailed, deniedBy } from '../apiserver/webhooks/webhook.ts'
import { applyDefaults } from '../kube/defaults/registry.ts'
import type { KubeObject } from '../kube/object.ts'
import type { ApiStatus } from '../kube/status.ts'
import { installedMutators, isExcluded, isOwnGroup } from './gatekeeper/installed.ts'
import { fieldsOf, pathText } from './gatekeeper/location.ts'
import { type Mutator, mutatorGroup } from './gatekeeper/mutator.ts'
import { type MutatorPlace, noteMutation } from './mutation-note.ts'
import { build, type MutationSystem } from './gatekeeper/system.ts'
import { TemplateMemory, tellsApart } from './one-template.ts'
import { namespaceOf, webhookNamed, whyDown } from './gatekeeper/webhook.ts'

const mutatingName = 'mutation.gatekeeper.sh'
const validatingName = 'validation.gatekeeper.sh'

export const gatekeeperMutation = {
  name: 'GatekeeperMutation',
  doc: 'Applies the mutators of Gatekeeper when the cluster has some and its webhook answers.',
  operations: ['create', 'update'],
  isWebhook: true,
  admit(request, context) {
    const system = installedMutators(context)
    if (system === undefined || isOwnGroup(request.resource.group)) return request.object
    const webhook = webhookNamed(context, 'MutatingWebhookConfiguration', mutatingName)
    const called = isCalled(webhook, request, context)
    if (called !== true) return called === false ? request.object : called
    const failure = whyDown(webhook, context)
    if (failure !== undefined) {
      return webhook.failurePolicy === 'Fail' ? callFailed(webhook, failure) : request.object
    }
    const namespace = request.resource.key === 'Namespace' ? request.name : request.namespace
    if (isExcluded(context, namespace)) return request.object
    const answer = mutate(system, request, context)
    return typeof answer === 'string' ? deniedBy(webhook, 500, answer) : answer
  },
  validate(request, context) {
    if (request.resource.group !== mutatorGroup || request.object === undefined) return undefined
    const webhook = webhookNamed(context, 'ValidatingWebhookConfiguration', validatingName)
    const called = isCalled(webhook, request, context)
    if (called !== true) return called === false ? undefined : called
    const failure = whyDown(webhook, context)
    if (failure !== undefined) {
      return webhook.failurePolicy === 'Fail' ? callFailed(webhook, failure) : undefined
    }
    const built = build(request.object)
    return typeof built === 'string' ? deniedBy(webhook, 422, built) : undefined
  },
} satisfies AdmissionPlugin

const places = new WeakMap<Mutator, MutatorPlace>()

function placeOf(mutator: Mutator): MutatorPlace {
  let place = places.get(mutator)
  if (place === undefined) {
    const { kind, name, path } = mutator
    place = { kind, name, location: pathText(path) }
    places.set(mutator, place)
  }
  return place
}

interface Made {
  /** The object, why the server does not take it, or why the webhook refuses it. */
  readonly object: KubeObject | ApiStatus | string
  readonly applied: readonly Mutator[]
}

const memories = new WeakMap<MutationSystem, TemplateMemory<Made> | undefined>()

const pods = { group: '', version: 'v1', kind: 'Pod' }

/** The memory of a system; none where its mutators can tell pods of one template apart. */
function memoryOf(system: MutationSystem): TemplateMemory<Made> | undefined {
  if (!memories.has(system)) {
    const paths = system.pathsFor(pods, 'CREATE').map(fieldsOf)
    memories.set(system, paths.some(tellsApart) ? undefined : new TemplateMemory())
  }
  return memories.get(system)
}

function mutate(
  system: MutationSystem,
  request: ObjectRequest,
  context: AdmissionContext,
): Made['object'] {
  const namespace = namespaceOf(request, context)
  const make = (): Made => made(system, request, namespace)
  const { object, applied } =
    memoryOf(system)?.recall(request.object, [namespace, request.operation], make) ?? make()
  const isRefused = typeof object === 'string' || object.kind === 'Status'
  if (!isRefused && object !== request.object && context.note !== undefined) {
    noteMutation(context, request, applied.map(placeOf))
  }
  return object
}

/** The object as the server takes it from the webhook: decoded into its type, with defaults. */
function made(
  system: MutationSystem,
  { object, resource, operation }: ObjectRequest,
  namespace: KubeObject | undefined,
): Made {
  const arrival = { object, namespace, operation: operation.toUpperCase(), source: 'Original' }
  const { error, object: mutated, applied } = system.mutate(arrival)
  if (error !== undefined) return { object: error, applied }
  if (mutated === undefined) return { object, applied }
  const decoded = decode(mutated, resource, { validation: 'Ignore', old: object })
  if (decoded.kind === 'Status') return { object: decoded as ApiStatus, applied }
  if (semanticEqual(decoded, object)) return { object, applied }
  return { object: applyDefaults(resource.key, decoded as KubeObject), applied }
}
