// Every fault that a trial can name, sorted by name.

import { apiServerOutage } from './api-server-outage.ts'
import { controllerManagerOutage } from './controller-manager-outage.ts'
import { cordon } from './cordon.ts'
import { diskPressure } from './disk-pressure.ts'
import type { Fault } from './fault.ts'
import { imagePullFailure } from './image-pull-failure.ts'
import { kubeletOutage } from './kubelet-outage.ts'
import { memoryPressure } from './memory-pressure.ts'
import { metricsOutage } from './metrics-outage.ts'
import { networkPartition } from './network-partition.ts'
import { nodeDelete } from './node-delete.ts'
import { nodeLoss } from './node-loss.ts'
import { nodeReboot } from './node-reboot.ts'
import { notReadyFlapping } from './not-ready-flapping.ts'
import { overload } from './overload.ts'
import { schedulerOutage } from './scheduler-outage.ts'
import { slowStart } from './slow-start.ts'
import { webhookOutage } from './webhook-outage.ts'
import { zoneLoss } from './zone-loss.ts'

const members: readonly Fault[] = [
  apiServerOutage,
  controllerManagerOutage,
  cordon,
  diskPressure,
  imagePullFailure,
  kubeletOutage,
  memoryPressure,
  metricsOutage,
  networkPartition,
  nodeDelete,
  nodeLoss,
  nodeReboot,
  notReadyFlapping,
  overload,
  schedulerOutage,
  slowStart,
  webhookOutage,
  zoneLoss,
]

export const faults: ReadonlyMap<string, Fault> = new Map(members.map(fault => [fault.name, fault]))
