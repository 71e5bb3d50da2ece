// The install trial: every object is applied in order, then the cluster comes to rest.

import { unreachable } from '../apiserver/webhooks/answers.ts'
import { webhooksOf } from '../apiserver/webhooks/webhook.ts'
import { isComplete } from '../checks/rollout.ts'
import { judge } from '../checks/registry.ts'
import { lifeOf, refText } from '../checks/life.ts'
import { servingAt } from '../checks/spans.ts'
import type { Verdict } from '../checks/verdict.ts'
import type { World } from '../engine/world.ts'
import type { KubeObject } from '../kube/object.ts'
import { type GateResult, passGates } from './gates.ts'
import { reads } from '../platforms/operators/controller.ts'
import { emptyWorld, operatorsOf, type Platform } from './platform.ts'
import { missingClasses } from './storage.ts'
import type { Base, TrialResult } from './trial.ts'
import { applyPaceMs, settleMsMax, Voyage } from './voyage.ts'

export interface Installed extends Base {
  readonly result: TrialResult
}

/** Kinds whose state after install decides whether they are tried further. */
export const workloadKinds = ['DaemonSet', 'Deployment', 'StatefulSet'] as const

/** Installs the platform on fresh nodes. */
export function install(platform: Platform, settleMs: number = settleMsMax): Installed {
  const world = emptyWorld(platform)
  const voyage = new Voyage(world)
  const startMs = world.nowMs
  applyAll(voyage, platform)
  const gates = finishInstall(voyage, platform, { startMs, settleMs })
  const observation = voyage.observation()
  const verdicts = [...judge(observation), ...gateVerdicts(gates, startMs)]
  const run = { observation, verdicts, gates, exhausted: voyage.exhausted }
  return {
    platform,
    world,
    healthy: healthyIn(world),
    result: { trial: 'install', runs: [run] },
  }
}

/** The gate at which the installer gave up, as a verdict on the object it waited for. */
export function gateVerdicts(gates: readonly GateResult[], startMs: number): readonly Verdict[] {
  return gates
    .filter(({ outcome }) => outcome !== 'ready')
    .map(({ gate, atMs, message }) => ({
      verdict: 'install-stuck',
      object: { kind: gate.kind, namespace: gate.namespace, name: gate.name },
      atMs: startMs + atMs,
      open: true,
      ...(message !== undefined && { message }),
    }))
}

/** Applies every object at the pace of an installer. */
export function applyAll(voyage: Voyage, platform: Platform): void {
  for (const namespace of missingNamespaces(platform)) voyage.apply(namespaceNamed(namespace))
  const objects = platform.objects.map(({ object }) => object)
  for (const assumed of missingClasses(objects)) voyage.apply(assumed)
  const operators = operatorsOf(platform)
  let waits = operators.length > 0
  for (const object of inOrder(platform)) {
    if (waits && operators.some(operator => reads(operator, object))) {
      awaitWebhooks(voyage)
      waits = false
    }
    voyage.apply(object)
    voyage.wait(applyPaceMs)
  }
}

/** Installers wait for webhooks to answer before they go on to what operators act on. */
const webhooksWaitMaxMs = 120_000
const webhooksPollMs = 1000

function awaitWebhooks(voyage: Voyage): void {
  const { store } = voyage.world
  const context = {
    get: (kind: string, key: string) => store.get(kind, key),
    list: (kind: string, namespace?: string) => store.list(kind, namespace),
  }
  const isDown = (): boolean =>
    (['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'] as const).some(kind =>
      webhooksOf(context, kind).some(webhook => unreachable(webhook, context) !== undefined),
    )
  for (let waitedMs = 0; waitedMs < webhooksWaitMaxMs && isDown(); waitedMs += webhooksPollMs) {
    voyage.wait(webhooksPollMs)
  }
}

/** Goes through the installer's gates, then lets the cluster come to rest. */
export function finishInstall(
  voyage: Voyage,
  { install: spec }: Platform,
  { startMs, settleMs }: { readonly startMs: number; readonly settleMs: number },
): readonly GateResult[] {
  const gates = passGates(voyage, spec?.gates ?? [], startMs)
  voyage.settle(settleMs)
  return gates
}

/**
 * Namespaces come first, since nothing can be created in one that is not there yet, and webhooks
 * last, as Helm has it: nobody answers them before. Mutators of Gatekeeper come before what they
 * are about, since it is installed before the rest of a platform. What an operator acts on comes
 * after all else, since its operator and what that meets have to be there.
 */
function inOrder(platform: Platform): readonly KubeObject[] {
  const all = platform.objects.map(({ object }) => object)
  const operators = operatorsOf(platform)
  const rankOf = (object: KubeObject): number =>
    operators.some(operator => reads(operator, object)) ? 4 : rankOfKind(object)
  return [0, 1, 2, 3, 4].flatMap(rank => all.filter(object => rankOf(object) === rank))
}

function rankOfKind({ apiVersion, kind }: KubeObject): number {
  if (kind === 'Namespace') return 0
  if (/^(?:mutations|config)\.gatekeeper\.sh\//.test(apiVersion)) return 1
  const isWebhook = kind === 'MutatingWebhookConfiguration'
  return isWebhook || kind === 'ValidatingWebhookConfiguration' ? 3 : 2
}

/** Namespaces that objects live in but that no object defines: taken as existing. */
export function missingNamespaces({ objects }: Platform): readonly string[] {
  const defined = new Set(systemNamespaces)
  const used = new Set<string>()
  for (const { object } of objects) {
    if (object.kind === 'Namespace') defined.add(object.metadata.name ?? '')
    else if (object.metadata.namespace !== undefined) used.add(object.metadata.namespace)
  }
  return [...used].filter(name => !defined.has(name)).sort()
}

const systemNamespaces = ['default', 'kube-node-lease', 'kube-public', 'kube-system']

function namespaceNamed(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
}

/** Workloads that rolled out to the last pod and serve with all of them. */
function healthyIn(world: World): ReadonlySet<string> {
  const { workloads } = lifeOf(world)
  const healthy = workloads.filter(
    ({ object, steps, wanted }) => isComplete(object) && servingAt(steps, world.nowMs) >= wanted,
  )
  return new Set(healthy.map(({ ref }) => refText(ref)))
}
