// The trigger types that the twin knows, sorted.

import { cron } from './cron.ts'
import { metricsApi, prometheus } from './remote.ts'
import { cpu, memory } from './resource.ts'
import type { ScalerType } from './scaler.ts'
import type { Param } from './params.ts'
import { kubernetesWorkload } from './workload.ts'

export const scalerTypes: readonly ScalerType<Readonly<Record<string, Param>>>[] = [
  cpu,
  cron,
  kubernetesWorkload,
  memory,
  metricsApi,
  prometheus,
]
