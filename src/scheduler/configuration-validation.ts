// What kube-scheduler checks in a configuration that it can read. Upstream:
// pkg/scheduler/apis/config/validation/{validation,validation_pluginargs}.go, v1.36.3.

import type {
  Extender,
  KubeSchedulerConfiguration,
  KubeSchedulerProfile,
  PluginSet,
} from '../kube/generated/types.ts'
import { labelKeyErrors } from '../kube/formats.ts'
import { duplicate, type FieldError, invalid, required } from '../kube/validation/field-error.ts'
import { isExtendedResourceName } from './node-resource.ts'
import { argumentErrors } from './plugin-args-validation.ts'

/** Everything for which kube-scheduler refuses to start; empty when it starts. */
export function configurationErrors(
  configuration: KubeSchedulerConfiguration,
): readonly FieldError[] {
  const { parallelism = 16, percentageOfNodesToScore, extenders = [] } = configuration
  const errors: FieldError[] = [...leaderElectionErrors(configuration)]
  if (parallelism <= 0) {
    errors.push(invalid('parallelism', parallelism, 'should be an integer value greater than zero'))
  }
  errors.push(
    ...profileErrors(configuration.profiles ?? []),
    ...percentageErrors('percentageOfNodesToScore', percentageOfNodesToScore),
    ...backoffErrors(configuration),
    ...extenderErrors(extenders),
  )
  return errors
}

function leaderElectionErrors({
  leaderElection,
}: KubeSchedulerConfiguration): readonly FieldError[] {
  const { leaderElect = true, resourceLock = '' } = leaderElection ?? {}
  if (!leaderElect || resourceLock === '' || resourceLock === 'leases') return []
  const detail = 'resourceLock value must be "leases"'
  return [invalid('leaderElection.resourceLock', resourceLock, detail)]
}

function percentageErrors(path: string, percentage: number | undefined): readonly FieldError[] {
  if (percentage === undefined || (percentage >= 0 && percentage <= 100)) return []
  return [invalid(path, percentage, 'not in valid range [0-100]')]
}

function backoffErrors({
  podInitialBackoffSeconds: initial = 1,
  podMaxBackoffSeconds: max = 10,
}: KubeSchedulerConfiguration): readonly FieldError[] {
  const errors: FieldError[] = []
  if (initial <= 0) {
    errors.push(invalid('podInitialBackoffSeconds', initial, 'must be greater than 0'))
  }
  if (max < initial) {
    const detail = 'must be greater than or equal to PodInitialBackoffSeconds'
    errors.push(invalid('podMaxBackoffSeconds', max, detail))
  }
  return errors
}

function profileErrors(profiles: readonly KubeSchedulerProfile[]): readonly FieldError[] {
  const errors: FieldError[] = []
  const names = new Set<string>()
  profiles.forEach((profile, index) => {
    const path = `profiles[${index}]`
    // Only a single profile gets the default name.
    const name = profile.schedulerName ?? (profiles.length === 1 ? 'default-scheduler' : '')
    if (name === '') errors.push(required(`${path}.schedulerName`, ''))
    errors.push(
      ...percentageErrors(`${path}.percentageOfNodesToScore`, profile.percentageOfNodesToScore),
      ...pluginErrors(path, profile),
    )
    if (names.has(name)) errors.push(duplicate(`${path}.schedulerName`, {}))
    names.add(name)
  })
  return [...errors, ...queueSortErrors(profiles)]
}

/** Plugins that were taken out of the API with this version. */
const removedPlugins: ReadonlySet<string> = new Set([
  'AzureDiskLimits',
  'CinderLimits',
  'EBSLimits',
  'GCEPDLimits',
])
const removedText =
  'was invalid in version "v1" ' +
  '(KubeSchedulerConfiguration is version "kubescheduler.config.k8s.io/v1")'

function pluginErrors(path: string, profile: KubeSchedulerProfile): readonly FieldError[] {
  const errors: FieldError[] = []
  for (const [point, set] of Object.entries(profile.plugins ?? {}) as [string, PluginSet][]) {
    if (point === 'multiPoint') continue
    set.enabled?.forEach(({ name }, index) => {
      if (!removedPlugins.has(name)) return
      errors.push(invalid(`${path}.plugins.${point}.enabled[${index}]`, name, removedText))
    })
  }
  const seen = new Set<string>()
  profile.pluginConfig?.forEach(({ name, args }, index) => {
    const at = `${path}.pluginConfig[${index}]`
    if (seen.has(name)) errors.push(duplicate(at, name))
    seen.add(name)
    if (removedPlugins.has(name)) errors.push(invalid(at, name, removedText))
    else errors.push(...argumentErrors(name, args, `${at}.args`))
  })
  return errors
}

/** All profiles share one queue, so they must agree on its order. */
function queueSortErrors(profiles: readonly KubeSchedulerProfile[]): readonly FieldError[] {
  const enabledIn = (profile: KubeSchedulerProfile | undefined): readonly string[] =>
    (profile?.plugins?.queueSort?.enabled ?? []).map(({ name }) => name)
  const first = enabledIn(profiles[0])
  const canon = first.join(',')
  const errors: FieldError[] = []
  if (first.length > 1) {
    const path = 'profiles[0].plugins.queueSort.Enabled'
    errors.push(invalid(path, first.length, 'only one queue sort plugin can be enabled'))
  }
  profiles.forEach((profile, index) => {
    const names = enabledIn(profile)
    if (index === 0 || names.join(',') === canon) return
    const Enabled = names.length === 0 ? null : names.map(Name => ({ Name, Weight: 0 }))
    const path = `profiles[${index}].plugins.queueSort`
    errors.push(invalid(path, { Enabled, Disabled: null }, 'must be the same for all profiles'))
  })
  return errors
}

function extenderErrors(extenders: readonly Extender[]): readonly FieldError[] {
  const errors: FieldError[] = []
  const managed = new Set<string>()
  extenders.forEach(({ prioritizeVerb = '', weight = 0, managedResources = [] }, index) => {
    const path = `extenders[${index}]`
    if (prioritizeVerb !== '' && weight <= 0) {
      errors.push(invalid(`${path}.weight`, weight, 'must have a positive weight applied to it'))
    }
    managedResources.forEach(({ name }, position) => {
      const at = `${path}.managedResources[${position}].name`
      errors.push(...resourceNameErrors(at, name))
      if (managed.has(name)) {
        errors.push(invalid(at, name, 'duplicate extender managed resource name'))
      }
      managed.add(name)
    })
  })
  const binders = extenders.filter(({ bindVerb = '' }) => bindVerb !== '').length
  if (binders > 1) {
    const found = `found ${binders} extenders implementing bind`
    errors.push(invalid('extenders', found, 'only one extender can implement bind'))
  }
  return errors
}

function resourceNameErrors(path: string, name: string): readonly FieldError[] {
  const errors = labelKeyErrors(name)
  if (errors.length > 0) return errors.map(error => invalid(path, name, error))
  if (isExtendedResourceName(name)) return []
  return [invalid(path, name, 'is an invalid extended resource name')]
}
