// The scripted metrics of a recording as Loads of the twin.

import { request } from '../../src/cluster/cluster.ts'
import type { World } from '../../src/engine/world.ts'
import { keyFrom, type KubeObject } from '../../src/kube/object.ts'
import type { Deed } from './trace-format.ts'

const loadKind = 'Load.seatrial.dev'
const apis: Readonly<Record<string, string>> = {
  cpu: 'resource',
  memory: 'resource',
  rps: 'custom',
  queue: 'external',
}

/** From now on the metric is as the action says. */
export function changeLoad(world: World, namespace: string, { metric = '', value }: Deed): void {
  const { perPod, total, missing, down, lagMs, image } = value ?? {}
  const spec = {
    metric,
    api: apis[metric],
    // The recorder's metrics are of this moment.
    window: '0s',
    ...(perPod !== undefined && { perPod: `${Number(perPod)}m` }),
    ...(total !== undefined && { total: `${Number(total)}m` }),
    ...(missing !== undefined && { missing }),
    ...(down === true && { down: 'scripted outage' }),
    ...(lagMs !== undefined && { lag: `${Number(lagMs)}ms` }),
    ...(image !== undefined && { image }),
  }
  const load: KubeObject = {
    apiVersion: 'seatrial.dev/v1',
    kind: 'Load',
    metadata: { name: metric, namespace },
    spec,
  }
  const target = { kind: loadKind, namespace, name: metric }
  if (world.store.get(loadKind, keyFrom(namespace, metric)) !== undefined) {
    request(world, { verb: 'delete', target })
  }
  request(world, { verb: 'create', object: load })
}
