// Containers and init containers. Upstream: pkg/apis/core/validation/validation.go, v1.36.3.

import { portNameErrors, portNumberErrors } from '../../formats.ts'
import type {
  Container,
  ContainerPort,
  EphemeralContainer,
  PodSpec,
  Volume,
} from '../../generated/types.ts'
import {
  checkChoice,
  checkDescendingPath,
  checkKnown,
  checkLabelDns,
  type Errors,
  refuse,
} from '../checks.ts'
import {
  duplicate,
  forbidden,
  invalid,
  notFoundValue,
  notSupported,
  required,
  tooMany,
} from '../field-error.ts'
import { checkEnv, checkEnvFrom } from './environment.ts'
import { checkLifecycle, checkLivenessProbe, checkReadinessProbe } from './probes.ts'
import { checkContainerResourceName, checkResources } from './resources.ts'
import { checkContainerSecurity } from './security.ts'

/** What the containers of one pod share. */
export interface PodFacts {
  readonly spec: PodSpec
  readonly volumes: ReadonlyMap<string, Volume>
  readonly claimNames: ReadonlySet<string>
}

export function checkContainers(errors: Errors, path: string, facts: PodFacts): void {
  const { spec } = facts
  const containers = spec.containers ?? []
  if (containers.length === 0) {
    errors.push(required(path, ''))
    return
  }
  const names = new Set<string>()
  const grace = spec.terminationGracePeriodSeconds
  containers.forEach((container, index) => {
    const at = `${path}[${index}]`
    checkCommon(errors, at, container, facts)
    const name = container.name ?? ''
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name))
    names.add(name)
    checkHooks(errors, at, container, grace)
    checkRestartPolicy(errors, at, container)
  })
  checkHostPorts(errors, path, containers)
}

function checkHooks(
  errors: Errors,
  at: string,
  container: Container,
  grace: number | undefined,
): void {
  const { lifecycle, livenessProbe, readinessProbe, startupProbe } = container
  if (lifecycle !== undefined) checkLifecycle(errors, `${at}.lifecycle`, lifecycle, grace)
  checkLivenessProbe(errors, `${at}.livenessProbe`, livenessProbe, grace)
  checkReadinessProbe(errors, `${at}.readinessProbe`, readinessProbe, grace)
  checkLivenessProbe(errors, `${at}.startupProbe`, startupProbe, grace)
}

const restartPolicies = ['Always', 'Never', 'OnFailure']

function checkRestartPolicy(errors: Errors, at: string, container: Container): void {
  const { restartPolicy, restartPolicyRules = [] } = container
  if (restartPolicy === undefined) {
    if (restartPolicyRules.length === 0) return
    const detail = 'must specify restartPolicy when restart rules are used'
    errors.push(required(`${at}.restartPolicy`, detail))
  } else if (!restartPolicies.includes(restartPolicy)) {
    errors.push(notSupported(`${at}.restartPolicy`, restartPolicy, restartPolicies))
  }
  if (restartPolicyRules.length > rulesMax) {
    errors.push(tooMany(`${at}.restartPolicyRules`, restartPolicyRules.length, rulesMax))
  }
  restartPolicyRules.forEach((rule, index) => {
    checkRestartRule(errors, `${at}.restartPolicyRules[${index}]`, rule)
  })
}

const rulesMax = 20
const ruleActions = ['Restart', 'RestartAllContainers']
const ruleOperators = ['In', 'NotIn']
const exitCodesMax = 255

function checkRestartRule(
  errors: Errors,
  at: string,
  { action = '', exitCodes }: NonNullable<Container['restartPolicyRules']>[number],
): void {
  checkKnown(errors, `${at}.action`, action, ruleActions)
  if (exitCodes === undefined) {
    errors.push(required(`${at}.exitCodes`, 'must be specified'))
    return
  }
  const { operator = '', values = [] } = exitCodes
  checkKnown(errors, `${at}.exitCodes.operator`, operator, ruleOperators)
  if (values.length > exitCodesMax) {
    errors.push(tooMany(`${at}.exitCodes.values`, values.length, exitCodesMax))
  }
}

const resizable = ['cpu', 'memory']
const resizePolicies = ['NotRequired', 'RestartContainer']

/** What becomes of a container whose resources change. */
function checkResize(
  errors: Errors,
  path: string,
  container: Container | EphemeralContainer,
  facts: PodFacts,
): void {
  const names = new Set<string>()
  container.resizePolicy?.forEach(({ resourceName = '', restartPolicy = '' }, index) => {
    if (names.has(resourceName)) errors.push(duplicate(`${path}[${index}]`, resourceName))
    names.add(resourceName)
    checkChoice(errors, path, resourceName, resizable)
    checkChoice(errors, path, restartPolicy, resizePolicies)
    if (facts.spec.restartPolicy !== 'Never' || restartPolicy === 'NotRequired') return
    const detail = "must be 'NotRequired' when pod `restartPolicy` is 'Never'"
    errors.push(invalid(path, restartPolicy, detail))
  })
}

const hookKeys = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const

export function checkInitContainers(errors: Errors, path: string, facts: PodFacts): void {
  const { spec } = facts
  const names = new Set((spec.containers ?? []).map(container => container.name ?? ''))
  spec.initContainers?.forEach((container, index) => {
    const at = `${path}[${index}]`
    checkCommon(errors, at, container, facts)
    checkRestartPolicy(errors, at, container)
    const name = container.name ?? ''
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name))
    else if (name !== '') names.add(name)
    checkHostPorts(errors, path, [container])
    if (container.restartPolicy === 'Always') {
      checkHooks(errors, at, container, spec.terminationGracePeriodSeconds)
      return
    }
    const detail = 'may not be set for init containers without restartPolicy=Always'
    for (const key of hookKeys) {
      if (container[key] !== undefined) errors.push(forbidden(`${at}.${key}`, detail))
    }
  })
}

const notEphemeral = [
  'ports',
  'resources',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
] as const

const refusedText = 'cannot be set for an Ephemeral Container'

/** Containers for a look inside: they serve nothing and reserve nothing. */
export function checkEphemeralContainers(errors: Errors, path: string, facts: PodFacts): void {
  const { spec } = facts
  const others = [...(spec.containers ?? []), ...(spec.initContainers ?? [])]
  const otherNames = new Set(others.map(({ name = '' }) => name))
  const names = new Set(otherNames)
  spec.ephemeralContainers?.forEach((container, index) => {
    const at = `${path}[${index}]`
    const { name = '', targetContainerName: target = '' } = container
    checkCommon(errors, at, container, facts)
    if (container.image?.trim() !== container.image) {
      const detail = 'must not have leading or trailing whitespace'
      errors.push(invalid(`${at}.image`, container.image, detail))
    }
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name))
    names.add(name)
    if (target !== '' && !otherNames.has(target)) {
      errors.push(notFoundValue(`${at}.targetContainerName`, target))
    }
    checkEphemeralFields(errors, at, container)
  })
}

function checkEphemeralFields(errors: Errors, at: string, container: EphemeralContainer): void {
  for (const field of notEphemeral) {
    const value = container[field]
    if (value === undefined || Object.keys(value).length === 0) continue
    errors.push(forbidden(`${at}.${field}`, refusedText))
  }
  container.volumeMounts?.forEach((mount, index) => {
    for (const field of ['subPath', 'subPathExpr'] as const) {
      if ((mount[field] ?? '') === '') continue
      errors.push(forbidden(`${at}.volumeMounts[${index}].${field}`, refusedText))
    }
  })
}

const messagePolicies = ['File', 'FallbackToLogsOnError']
const pullPolicies = ['Always', 'IfNotPresent', 'Never']

function checkCommon(
  errors: Errors,
  at: string,
  container: Container | EphemeralContainer,
  facts: PodFacts,
): void {
  const { name = '', image = '', terminationMessagePolicy = '' } = container
  if (name === '') errors.push(required(`${at}.name`, ''))
  else checkLabelDns(errors, `${at}.name`, name)
  if (image === '') errors.push(required(`${at}.image`, ''))
  if (!messagePolicies.includes(terminationMessagePolicy)) {
    const field = `${at}.terminationMessagePolicy`
    errors.push(notSupported(field, terminationMessagePolicy, messagePolicies))
  }
  checkPorts(errors, `${at}.ports`, container.ports ?? [])
  checkEnv(errors, `${at}.env`, container.env ?? [])
  checkEnvFrom(errors, `${at}.envFrom`, container.envFrom ?? [])
  checkMounts(errors, `${at}.volumeMounts`, container, facts)
  checkDevices(errors, `${at}.volumeDevices`, container, facts)
  const pull = container.imagePullPolicy ?? ''
  checkKnown(errors, `${at}.imagePullPolicy`, pull, pullPolicies)
  checkResources(errors, `${at}.resources`, container.resources ?? {}, {
    nameCheck: checkContainerResourceName,
    claimNames: facts.claimNames,
  })
  checkResize(errors, `${at}.resizePolicy`, container, facts)
  checkContainerSecurity(errors, `${at}.securityContext`, container.securityContext, facts.spec)
}

const protocols = ['SCTP', 'TCP', 'UDP']

function checkPorts(errors: Errors, path: string, ports: readonly ContainerPort[]): void {
  const names = new Set<string>()
  ports.forEach((port, index) => {
    const at = `${path}[${index}]`
    const { name = '', containerPort = 0, hostPort = 0, protocol = '' } = port
    if (name !== '') {
      const messages = portNameErrors(name)
      refuse(errors, `${at}.name`, name, messages)
      if (messages.length === 0 && names.has(name)) errors.push(duplicate(`${at}.name`, name))
      if (messages.length === 0) names.add(name)
    }
    if (containerPort === 0) errors.push(required(`${at}.containerPort`, ''))
    else refuse(errors, `${at}.containerPort`, containerPort, portNumberErrors(containerPort))
    if (hostPort !== 0) refuse(errors, `${at}.hostPort`, hostPort, portNumberErrors(hostPort))
    checkKnown(errors, `${at}.protocol`, protocol, protocols)
  })
}

function checkHostPorts(errors: Errors, path: string, containers: readonly Container[]): void {
  const used = new Set<string>()
  containers.forEach(({ ports = [] }, index) => {
    ports.forEach(({ hostPort = 0, hostIP = '', protocol = '' }, place) => {
      if (hostPort === 0) return
      const key = `${protocol}/${hostIP}/${hostPort}`
      if (used.has(key)) {
        errors.push(duplicate(`${path}[${index}].ports[${place}].hostPort`, key))
      }
      used.add(key)
    })
  })
}

function checkMounts(
  errors: Errors,
  path: string,
  container: Container | EphemeralContainer,
  facts: PodFacts,
): void {
  const paths = new Set<string>()
  container.volumeMounts?.forEach((mount, index) => {
    const at = `${path}[${index}]`
    const { name = '', mountPath = '', subPath = '', subPathExpr = '' } = mount
    if (name === '') errors.push(required(`${at}.name`, ''))
    if (!facts.volumes.has(name)) errors.push(notFoundValue(`${at}.name`, name))
    if (mountPath === '') errors.push(required(`${at}.mountPath`, ''))
    if (paths.has(mountPath)) errors.push(invalid(`${at}.mountPath`, mountPath, 'must be unique'))
    paths.add(mountPath)
    const devices = container.volumeDevices ?? []
    if (devices.some(device => device.name === name)) {
      errors.push(invalid(`${at}.name`, name, 'must not already exist in volumeDevices'))
    }
    if (devices.some(device => device.devicePath === mountPath)) {
      const detail = 'must not already exist as a path in volumeDevices'
      errors.push(invalid(`${at}.mountPath`, mountPath, detail))
    }
    // Upstream leaves the index out of these places.
    if (subPath !== '') checkDescendingPath(errors, `${path}.subPath`, subPath)
    if (subPathExpr !== '') {
      if (subPath !== '') {
        const detail = 'subPathExpr and subPath are mutually exclusive'
        errors.push(invalid(`${at}.subPathExpr`, subPathExpr, detail))
      }
      checkDescendingPath(errors, `${path}.subPathExpr`, subPathExpr)
    }
    checkPropagation(errors, `${path}.mountPropagation`, mount.mountPropagation, container)
    const { recursiveReadOnly } = mount
    if (recursiveReadOnly === undefined || readOnlyModes.includes(recursiveReadOnly)) return
    errors.push(notSupported(`${path}.recursiveReadOnly`, recursiveReadOnly, readOnlyModes))
  })
}

const readOnlyModes = ['Disabled', 'Enabled', 'IfPossible']
const propagations = ['Bidirectional', 'HostToContainer', 'None']

function checkPropagation(
  errors: Errors,
  path: string,
  mode: string | undefined,
  { securityContext }: Container | EphemeralContainer,
): void {
  if (mode === undefined) return
  checkKnown(errors, path, mode, propagations)
  if (mode !== 'Bidirectional' || securityContext?.privileged === true) return
  const detail = 'Bidirectional mount propagation is available only to privileged containers'
  errors.push(forbidden(path, detail))
}

function checkDevices(
  errors: Errors,
  path: string,
  container: Container | EphemeralContainer,
  facts: PodFacts,
): void {
  const names = new Set<string>()
  const paths = new Set<string>()
  container.volumeDevices?.forEach(({ name = '', devicePath = '' }, index) => {
    const at = `${path}[${index}]`
    if (name === '') errors.push(required(`${at}.name`, ''))
    if (names.has(name)) errors.push(invalid(`${at}.name`, name, 'must be unique'))
    const volume = facts.volumes.get(name)
    if (volume === undefined) {
      errors.push(notFoundValue(`${at}.name`, name))
    } else if (volume.persistentVolumeClaim === undefined && volume.ephemeral === undefined) {
      const detail =
        'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode'
      errors.push(invalid(`${at}.name`, name, detail))
    }
    if (devicePath === '') errors.push(required(`${at}.devicePath`, ''))
    if (paths.has(devicePath)) {
      errors.push(invalid(`${at}.devicePath`, devicePath, 'must be unique'))
    }
    names.add(name)
    paths.add(devicePath)
  })
}
