// Feature gates that change what the twin does, and when they are on.
// Upstream: pkg/features/kube_features.go, v1.36.3; those that are gone there as of v1.33.

/** Minor versions: since which one a gate is there, on unless it is set, and settled for good. */
interface Row {
  readonly known: number
  readonly on?: number
  readonly locked?: number
}

const rows = {
  ContainerRestartRules: { known: 34, on: 35 },
  DeploymentReplicaSetTerminatingReplicas: { known: 33, on: 35 },
  EnvFiles: { known: 34, on: 35 },
  HPAConfigurableTolerance: { known: 33, on: 35 },
  HostnameOverride: { known: 34, on: 35 },
  ImageVolume: { known: 31, on: 35, locked: 36 },
  InPlacePodVerticalScaling: { known: 27, on: 33, locked: 35 },
  JobManagedBy: { known: 30, on: 32, locked: 35 },
  JobSuccessPolicy: { known: 30, on: 31, locked: 33 },
  MatchLabelKeysInPodAffinity: { known: 29, on: 31, locked: 33 },
  MaxUnavailableStatefulSet: { known: 24 },
  OrderedNamespaceDeletion: { known: 30, on: 33, locked: 34 },
  PodLevelResources: { known: 32, on: 34 },
  PodTopologyLabelsAdmission: { known: 33, on: 35 },
  ProcMountType: { known: 12, on: 33, locked: 36 },
  RecursiveReadOnlyMounts: { known: 30, on: 31, locked: 33 },
  SELinuxChangePolicy: { known: 32, on: 33, locked: 36 },
  ServiceTrafficDistribution: { known: 30, on: 31, locked: 33 },
  StaleControllerConsistencyDaemonSet: { known: 36, on: 36 },
  StaleControllerConsistencyJob: { known: 36, on: 36 },
  StaleControllerConsistencyReplicaSet: { known: 36, on: 36 },
  StaleControllerConsistencyStatefulSet: { known: 36, on: 36 },
  SupplementalGroupsPolicy: { known: 31, on: 33, locked: 35 },
  UserNamespacesSupport: { known: 25, on: 33, locked: 36 },
  VolumeAttributesClass: { known: 29, on: 34, locked: 36 },
} as const satisfies Readonly<Record<string, Row>>

export type FeatureGate = keyof typeof rows

/** All of them, sorted by name. */
export const featureGates = Object.keys(rows) as readonly FeatureGate[]

/** `--feature-gates`, as far as the twin knows them. */
export type GateSettings = Readonly<Partial<Record<FeatureGate, boolean>>>

/** Whether a gate is on. */
export type Gates = (gate: FeatureGate) => boolean

/** The gates of a minor version; a setting counts where the gate is there and not locked. */
export function gatesOf(minor: number, settings: GateSettings = {}): Gates {
  return gate => {
    const {
      known,
      on = Number.POSITIVE_INFINITY,
      locked = Number.POSITIVE_INFINITY,
    }: Row = rows[gate]
    const setting = minor >= known && minor < locked ? settings[gate] : undefined
    return setting ?? minor >= on
  }
}
