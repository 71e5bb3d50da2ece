// RemovePodsViolatingNodeTaints evicts pods that would not be scheduled to their node any more.
// Port of descheduler v0.36.0 pkg/framework/plugins/removepodsviolatingnodetaints.

import type { Taint } from '../../kube/generated/types.ts'
import { tolerationsTolerate } from '../../kube/toleration.ts'
import { aggregated, type CommonArgs, commonErrors, commonTypes } from './args.ts'
import { podsOn } from './pods.ts'
import { evictableInScope, evictAll, type Strategy } from './strategy.ts'

interface NodeTaintsArgs extends CommonArgs {
  readonly includePreferNoSchedule?: boolean
  readonly excludedTaints?: readonly string[]
  readonly includedTaints?: readonly string[]
}

const name = 'RemovePodsViolatingNodeTaints'

export const removePodsViolatingNodeTaints = {
  name,
  doc: 'Evicts pods that do not tolerate a taint of their node.',
  point: 'deschedule',
  argTypes: {
    ...commonTypes,
    includePreferNoSchedule: 'bool',
    excludedTaints: ['string'],
    includedTaints: ['string'],
  },
  validate: args =>
    aggregated([
      ...commonErrors(args),
      ...((args.excludedTaints ?? []).length > 0 && (args.includedTaints ?? []).length > 0
        ? ['either includedTaints or excludedTaints can be set, but not both']
        : []),
    ]),
  run: (handle, args, nodes) => {
    const isEvictable = evictableInScope(handle, args)
    for (const { metadata, spec } of nodes) {
      const taints = (spec?.taints ?? []).filter(taint => counts(taint, args))
      const found = podsOn(handle.world, metadata.name ?? '').filter(isEvictable)
      const untolerating = found.filter(pod =>
        taints.some(
          taint => !tolerationsTolerate(pod.spec?.tolerations, taint, { comparison: true }),
        ),
      )
      if (!evictAll(handle, untolerating, name)) return undefined
    }
    return undefined
  },
} satisfies Strategy<NodeTaintsArgs>

function counts(taint: Taint, args: NodeTaintsArgs): boolean {
  const { key, value = '', effect } = taint
  const isListed = (list: readonly string[] | undefined): boolean =>
    list?.includes(key) === true || (value !== '' && list?.includes(`${key}=${value}`) === true)
  const isEffective =
    effect === 'NoSchedule' ||
    (args.includePreferNoSchedule === true && effect === 'PreferNoSchedule')
  const isIncluded = args.includedTaints === undefined || isListed(args.includedTaints)
  return isEffective && !isListed(args.excludedTaints) && isIncluded
}
