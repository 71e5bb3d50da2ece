// Feature gates that change scheduling, by minor. Upstream: pkg/features/kube_features.go, v1.36.3.

export type SchedulerVersion = '1.34' | '1.35' | '1.36'

export interface SchedulerFeatures {
  readonly version: SchedulerVersion
  /** Plugin NodeDeclaredFeatures is part of the default profile. */
  readonly nodeDeclaredFeatures: boolean
  readonly dynamicResourceAllocation: boolean
  readonly draExtendedResource: boolean
  readonly draPartitionableDevices: boolean
  readonly draDeviceTaints: boolean
  readonly draConsumableCapacity: boolean
  readonly draPrioritizedList: boolean
  readonly draAdminAccess: boolean
  readonly gangScheduling: boolean
  readonly inPlacePodLevelResourcesVerticalScaling: boolean
  readonly storageCapacityScoring: boolean
  readonly taintTolerationComparisonOperators: boolean
  readonly volumeLimitScaling: boolean
  /** From 1.35 on ties go to the root of a heap; before, one is drawn at random. */
  readonly heapTies: boolean
  /**
   * Waiting pods with spreading or affinity are tried again for more: for what nominated pods do,
   * for own labels that changed, for the end of a pod that refused them.
   */
  readonly requeuesForMore: boolean
  /** ImageLocality counts image volumes. */
  readonly scoresImageVolumes: boolean
  /** BalancedAllocation scores how the pod changes the balance, not the balance itself. */
  readonly scoresBalanceChange: boolean
}

const v134: SchedulerFeatures = {
  version: '1.34',
  nodeDeclaredFeatures: false,
  dynamicResourceAllocation: true,
  draExtendedResource: false,
  draPartitionableDevices: false,
  draDeviceTaints: false,
  draConsumableCapacity: false,
  draPrioritizedList: true,
  draAdminAccess: true,
  gangScheduling: false,
  inPlacePodLevelResourcesVerticalScaling: false,
  storageCapacityScoring: false,
  taintTolerationComparisonOperators: false,
  volumeLimitScaling: false,
  heapTies: false,
  requeuesForMore: false,
  scoresImageVolumes: false,
  scoresBalanceChange: false,
}

const v135: SchedulerFeatures = { ...v134, version: '1.35', heapTies: true }

const v136: SchedulerFeatures = {
  ...v135,
  version: '1.36',
  nodeDeclaredFeatures: true,
  requeuesForMore: true,
  scoresImageVolumes: true,
  scoresBalanceChange: true,
  draExtendedResource: true,
  draPartitionableDevices: true,
  draDeviceTaints: true,
  draConsumableCapacity: true,
  inPlacePodLevelResourcesVerticalScaling: true,
}

const byVersion: Readonly<Record<SchedulerVersion, SchedulerFeatures>> = {
  '1.34': v134,
  '1.35': v135,
  '1.36': v136,
}

/** The default gates of a minor. */
export function featuresOf(version: SchedulerVersion): SchedulerFeatures {
  return byVersion[version]
}
