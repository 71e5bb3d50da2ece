// The spec of pods and pod templates, in upstream's order of checks.
// Upstream: pkg/apis/core/validation/validation.go ValidatePodSpec, v1.36.3.

import {
  dns1123SubdomainErrors,
  dns1123SubdomainWithUnderscoreErrors,
  rangeMessage,
} from '../../formats.ts'
import type { ObjectMeta, PodSpec, ResourceRequirements } from '../../generated/types.ts'
import {
  checkChoice,
  checkIp,
  checkLabelDns,
  checkLabelName,
  checkLabels,
  checkSubdomain,
  type Errors,
  refuse,
} from '../checks.ts'
import { duplicate, forbidden, invalid, notSupported, required, tooLong } from '../field-error.ts'
import { checkContainers, checkEphemeralContainers, checkInitContainers } from './containers.ts'
import { checkPodResources } from './pod-resources.ts'
import { checkContainerResourceName, checkResources } from './resources.ts'
import { checkAffinity, checkSchedulingGates, checkSpread, checkTolerations } from './scheduling.ts'
import { checkPodSecurity, checkWindowsProcess } from './security.ts'
import { checkVolumes } from './volumes.ts'

const int32Max = 2_147_483_647

export interface SpecOptions {
  /** Of a pod; templates have none. */
  readonly metadata?: ObjectMeta
  readonly isPod: boolean
}

export function checkPodSpec(
  errors: Errors,
  path: string,
  spec: PodSpec,
  { metadata, isPod }: SpecOptions,
): void {
  if (spec.terminationGracePeriodSeconds === undefined) {
    errors.push(required(`${path}.terminationGracePeriodSeconds`, ''))
  }
  const volumes = checkVolumes(errors, `${path}.volumes`, spec.volumes ?? [], metadata)
  checkResourceClaims(errors, `${path}.resourceClaims`, spec.resourceClaims ?? [])
  const claimNames = new Set((spec.resourceClaims ?? []).map(claim => claim.name))
  const facts = { spec, volumes, claimNames }
  checkContainers(errors, `${path}.containers`, facts)
  checkInitContainers(errors, `${path}.initContainers`, facts)
  checkEphemeralContainers(errors, `${path}.ephemeralContainers`, facts)
  if (spec.resources !== undefined) checkPodResources(errors, path, spec, claimNames)
  checkHostNetwork(errors, `${path}.containers`, spec, isPod)
  checkPolicies(errors, path, spec)
  checkLabels(errors, `${path}.nodeSelector`, spec.nodeSelector)
  checkPodSecurity(errors, `${path}.securityContext`, spec)
  if (spec.affinity !== undefined) checkAffinity(errors, `${path}.affinity`, spec.affinity)
  checkDnsConfig(errors, `${path}.dnsConfig`, spec)
  spec.readinessGates?.forEach(({ conditionType }, index) => {
    checkLabelName(errors, `${path}.readinessGates[${index}].conditionType`, conditionType)
  })
  checkSchedulingGates(errors, `${path}.schedulingGates`, spec.schedulingGates ?? [])
  checkSpread(errors, `${path}.topologySpreadConstraints`, spec.topologySpreadConstraints ?? [])
  checkWindowsProcess(errors, path, spec)
  checkHostnameOverride(errors, `${path}.hostnameOverride`, spec)
  checkNames(errors, path, spec)
  checkRest(errors, path, spec)
}

const restartPolicies = ['Always', 'OnFailure', 'Never']
const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']

function checkPolicies(
  errors: Errors,
  path: string,
  { restartPolicy = '', dnsPolicy = '' }: PodSpec,
): void {
  checkChoice(errors, `${path}.restartPolicy`, restartPolicy, restartPolicies)
  checkChoice(errors, `${path}.dnsPolicy`, dnsPolicy, dnsPolicies)
}

function checkHostNetwork(errors: Errors, path: string, spec: PodSpec, isPod: boolean): void {
  const { containers = [], hostNetwork } = spec
  if (hostNetwork !== true) return
  containers.forEach(({ ports = [] }, index) => {
    ports.forEach(({ hostPort = 0, containerPort }, place) => {
      if ((!isPod && hostPort === 0) || hostPort === containerPort) return
      const at = `${path}[${index}].ports[${place}].hostPort`
      const detail = 'must match `containerPort` when `hostNetwork` is true'
      errors.push(invalid(at, hostPort, detail))
    })
  })
}

type PodClaims = NonNullable<PodSpec['resourceClaims']>

function checkResourceClaims(errors: Errors, path: string, claims: PodClaims): void {
  const seen = new Set<string>()
  claims.forEach((claim, index) => {
    const at = `${path}[${index}]`
    const { name = '', resourceClaimName, resourceClaimTemplateName } = claim
    if (name === '') errors.push(required(`${at}.name`, ''))
    else if (seen.has(name)) errors.push(duplicate(`${at}.name`, name))
    else checkLabelDns(errors, `${at}.name`, name)
    seen.add(name)
    const shown = {
      Name: name,
      ResourceClaimName: resourceClaimName ?? null,
      ResourceClaimTemplateName: resourceClaimTemplateName ?? null,
    }
    if (resourceClaimName !== undefined && resourceClaimTemplateName !== undefined) {
      const detail =
        'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified'
      errors.push(invalid(at, shown, detail))
    }
    if (resourceClaimName === undefined && resourceClaimTemplateName === undefined) {
      const detail = 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`'
      errors.push(invalid(at, shown, detail))
    }
    if (resourceClaimName !== undefined) {
      checkSubdomain(errors, `${at}.resourceClaimName`, resourceClaimName)
    }
    if (resourceClaimTemplateName !== undefined) {
      checkSubdomain(errors, `${at}.resourceClaimTemplateName`, resourceClaimTemplateName)
    }
  })
}

const nameserversMax = 3
const searchesMax = 32
const searchCharactersMax = 2048

function checkDnsConfig(errors: Errors, path: string, { dnsConfig, dnsPolicy }: PodSpec): void {
  if (dnsPolicy === 'None' && dnsConfig === undefined) {
    errors.push(required(path, 'must provide `dnsConfig` when `dnsPolicy` is None'))
    return
  }
  const { nameservers = [], searches = [], options = [] } = dnsConfig ?? {}
  if (dnsPolicy === 'None' && nameservers.length === 0) {
    const detail = 'must provide at least one DNS nameserver when `dnsPolicy` is None'
    errors.push(required(`${path}.nameservers`, detail))
    return
  }
  if (nameservers.length > nameserversMax) {
    const detail = `must not have more than ${nameserversMax} nameservers`
    errors.push(invalid(`${path}.nameservers`, nameservers, detail))
  }
  nameservers.forEach((each, index) => checkIp(errors, `${path}.nameservers[${index}]`, each))
  if (searches.length > searchesMax) {
    const detail = `must not have more than ${searchesMax} search paths`
    errors.push(invalid(`${path}.searches`, searches, detail))
  }
  if (searches.join(' ').length > searchCharactersMax) {
    const detail = `must not have more than ${searchCharactersMax} characters (including spaces) in the search list`
    errors.push(invalid(`${path}.searches`, searches, detail))
  }
  searches.forEach((search, index) => {
    if (search === '.') return
    const domain = search.endsWith('.') ? search.slice(0, -1) : search
    const messages = dns1123SubdomainWithUnderscoreErrors(domain)
    refuse(errors, `${path}.searches[${index}]`, domain, messages)
  })
  options.forEach(({ name = '' }, index) => {
    if (name === '') errors.push(required(`${path}.options[${index}]`, 'must not be empty'))
  })
}

const hostnameLengthMax = 64

function checkHostnameOverride(errors: Errors, path: string, spec: PodSpec): void {
  const { hostnameOverride: name } = spec
  if (name === undefined) return
  if (spec.setHostnameAsFQDN === true) {
    errors.push(forbidden(path, 'may not be specified when setHostnameAsFQDN is true'))
  }
  if (spec.hostNetwork === true) {
    errors.push(forbidden(path, 'may not be specified when hostNetwork is true'))
  }
  if (name.length > hostnameLengthMax) errors.push(tooLong(path, hostnameLengthMax))
  checkSubdomain(errors, path, name)
}

function checkNames(errors: Errors, path: string, spec: PodSpec): void {
  const { serviceAccountName = '', nodeName = '', hostname = '', subdomain = '' } = spec
  if (serviceAccountName !== '') {
    checkSubdomain(errors, `${path}.serviceAccountName`, serviceAccountName)
  }
  if (nodeName !== '') checkSubdomain(errors, `${path}.nodeName`, nodeName)
  const deadline = spec.activeDeadlineSeconds
  if (deadline !== undefined && (deadline < 1 || deadline > int32Max)) {
    errors.push(invalid(`${path}.activeDeadlineSeconds`, deadline, rangeMessage(1, int32Max)))
  }
  if (hostname !== '') checkLabelDns(errors, `${path}.hostname`, hostname)
  if (subdomain !== '') checkLabelDns(errors, `${path}.subdomain`, subdomain)
}

const preemption = ['PreemptLowerPriority', 'Never']
const systems = ['linux', 'windows']

function checkRest(errors: Errors, path: string, spec: PodSpec): void {
  checkTolerations(errors, `${path}.tolerations`, spec.tolerations ?? [])
  spec.hostAliases?.forEach(({ ip, hostnames = [] }, index) => {
    const at = `${path}.hostAliases[${index}]`
    checkIp(errors, `${at}.ip`, ip ?? '')
    hostnames.forEach((name, place) => checkSubdomain(errors, `${at}.hostnames[${place}]`, name))
  })
  const { priorityClassName = '', runtimeClassName, preemptionPolicy, overhead, os } = spec
  if (priorityClassName !== '') {
    checkSubdomain(errors, `${path}.priorityClassName`, priorityClassName)
  }
  if (runtimeClassName !== undefined) {
    const messages = dns1123SubdomainErrors(runtimeClassName)
    refuse(errors, `${path}.runtimeClassName`, runtimeClassName, messages)
  }
  if (preemptionPolicy !== undefined) {
    checkChoice(errors, `${path}.preemptionPolicy`, preemptionPolicy, preemption)
  }
  if (overhead !== undefined) {
    const limits: ResourceRequirements = { limits: overhead }
    const checks = { nameCheck: checkContainerResourceName, claimNames: new Set<string>() }
    checkResources(errors, `${path}.overhead`, limits, checks)
  }
  if (os === undefined) return
  if ((os.name ?? '') === '') errors.push(required(`${path}.os.name`, 'cannot be empty'))
  else if (!systems.includes(os.name)) errors.push(notSupported(`${path}.os`, os.name, systems))
  else if (os.name === 'windows' && spec.hostPID === true) {
    errors.push(forbidden(`${path}.hostPID`, 'cannot be set for a windows pod'))
  }
}
