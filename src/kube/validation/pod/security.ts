// Security contexts of pods and containers.
// Upstream: pkg/apis/core/validation/validation.go, v1.36.3.

import { dns1123SubdomainErrors } from '../../formats.ts'
import type {
  AppArmorProfile,
  PodSpec,
  SeccompProfile,
  SecurityContext,
  WindowsSecurityContextOptions,
} from '../../generated/types.ts'
import { utf8Length } from '../../go-text.ts'
import { checkDescendingPath, checkId, checkKnown, type Errors, refuse } from '../checks.ts'
import { duplicate, invalid, notSupported, required, tooLong } from '../field-error.ts'

const changePolicies = ['Always', 'OnRootMismatch']
const groupPolicies = ['Merge', 'Strict']
const sysctlPattern = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/
const sysctlShown = '([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?'
const sysctlLengthMax = 253

export function checkPodSecurity(errors: Errors, path: string, spec: PodSpec): void {
  const context = spec.securityContext
  if (context === undefined) return
  checkId(errors, `${path}.fsGroup`, context.fsGroup)
  checkId(errors, `${path}.runAsUser`, context.runAsUser)
  checkId(errors, `${path}.runAsGroup`, context.runAsGroup)
  context.supplementalGroups?.forEach((group, index) => {
    checkId(errors, `${path}.supplementalGroups[${index}]`, group)
  })
  if (spec.shareProcessNamespace === true && spec.hostPID === true) {
    const detail = 'ShareProcessNamespace and HostPID cannot both be enabled'
    errors.push(invalid(`${path}.shareProcessNamespace`, true, detail))
  }
  checkSysctls(errors, `${path}.sysctls`, context.sysctls ?? [])
  const change = context.fsGroupChangePolicy
  checkKnown(errors, `${path}.fsGroupChangePolicy`, change, changePolicies)
  checkSeccomp(errors, `${path}.seccompProfile`, context.seccompProfile)
  checkWindowsOptions(errors, `${path}.windowsOptions`, context.windowsOptions)
  checkAppArmor(errors, `${path}.appArmorProfile`, context.appArmorProfile)
  const groups = context.supplementalGroupsPolicy
  checkKnown(errors, `${path}.supplementalGroupsPolicy`, groups, groupPolicies)
  const labels = context.seLinuxChangePolicy
  checkKnown(errors, `${path}.seLinuxChangePolicy`, labels, labelPolicies)
}

/** The gate SELinuxMount is off: pods are labelled recursively or not at all. */
const labelPolicies = ['Recursive']

function checkSysctls(
  errors: Errors,
  path: string,
  sysctls: readonly { readonly name: string }[],
): void {
  const names = new Set<string>()
  sysctls.forEach(({ name = '' }, index) => {
    const at = `${path}[${index}].name`
    if (name === '') errors.push(required(at, ''))
    else if (name.length > sysctlLengthMax || !sysctlPattern.test(name)) {
      const detail = `must have at most ${sysctlLengthMax} characters and match regex ^${sysctlShown}$`
      errors.push(invalid(at, name, detail))
    } else if (names.has(name)) errors.push(duplicate(at, name))
    names.add(name)
  })
}

/** Windows host processes come alone and with the host's network. */
export function checkWindowsProcess(errors: Errors, path: string, spec: PodSpec): void {
  const ofPod = spec.securityContext?.windowsOptions?.hostProcess
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])]
  const host = containers.filter(
    container => (container.securityContext?.windowsOptions?.hostProcess ?? ofPod) === true,
  )
  if (host.length === 0) return
  if (host.length !== containers.length) {
    const detail =
      'If pod contains any hostProcess containers then all containers must be HostProcess containers'
    errors.push(invalid(path, '', detail))
  }
  if (spec.hostNetwork !== true) {
    const detail = 'hostNetwork must be true if pod contains any hostProcess containers'
    errors.push(invalid(`${path}.hostNetwork`, false, detail))
  }
}

const profileTypes = ['Localhost', 'RuntimeDefault', 'Unconfined']

function checkSeccomp(errors: Errors, path: string, profile: SeccompProfile | undefined): void {
  if (profile === undefined) return
  const { type = '', localhostProfile } = profile
  const at = `${path}.localhostProfile`
  if (type === '')
    errors.push(required(`${path}.type`, 'type is required when seccompProfile is set'))
  else if (!profileTypes.includes(type)) {
    errors.push(notSupported(`${path}.type`, type, profileTypes))
  }
  if (type === 'Localhost') {
    if (localhostProfile === undefined) {
      errors.push(required(at, 'must be set when seccomp type is Localhost'))
    } else checkDescendingPath(errors, at, localhostProfile)
  } else if (localhostProfile !== undefined) {
    const shown = { Type: type, LocalhostProfile: localhostProfile }
    errors.push(invalid(at, shown, 'can only be set when seccomp type is Localhost'))
  }
}

const profileBytesMax = 4095

function checkAppArmor(errors: Errors, path: string, profile: AppArmorProfile | undefined): void {
  if (profile === undefined) return
  const { type = '', localhostProfile } = profile
  const at = `${path}.localhostProfile`
  const needed = 'must be set when AppArmor type is Localhost'
  if (type === '') {
    errors.push(required(`${path}.type`, 'type is required when appArmorProfile is set'))
  } else if (!profileTypes.includes(type)) {
    errors.push(notSupported(`${path}.type`, type, profileTypes))
  } else if (type !== 'Localhost') {
    if (localhostProfile === undefined) return
    errors.push(invalid(at, localhostProfile, 'can only be set when AppArmor type is Localhost'))
  } else if (localhostProfile === undefined) errors.push(required(at, needed))
  else {
    if (localhostProfile.trim() !== localhostProfile) {
      errors.push(invalid(at, localhostProfile, 'must not be padded with whitespace'))
    } else if (localhostProfile === '') errors.push(required(at, needed))
    if (utf8Length(localhostProfile) > profileBytesMax) errors.push(tooLong(at, profileBytesMax))
  }
}

const credentialBytesMax = 64 * 1024

function checkWindowsOptions(
  errors: Errors,
  path: string,
  options: WindowsSecurityContextOptions | undefined,
): void {
  const { gmsaCredentialSpecName: name, gmsaCredentialSpec: spec, runAsUserName } = options ?? {}
  if (name !== undefined) {
    refuse(errors, `${path}.gmsaCredentialSpecName`, name, dns1123SubdomainErrors(name))
  }
  if (spec === '') {
    const detail = 'gmsaCredentialSpec cannot be an empty string'
    errors.push(invalid(`${path}.gmsaCredentialSpec`, spec, detail))
  } else if (utf8Length(spec ?? '') > credentialBytesMax) {
    const detail = 'gmsaCredentialSpec size must be under 64 KiB'
    errors.push(invalid(`${path}.gmsaCredentialSpec`, spec, detail))
  }
  if (runAsUserName === undefined) return
  refuse(errors, `${path}.runAsUserName`, runAsUserName, userNameErrors(runAsUserName))
}

const domainBytesMax = 256
const userBytesMax = 104
const netBiosName = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/
const domainName =
  /^[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?)*$/

/** `DOMAIN\user` or `user`. */
function userNameErrors(name: string): readonly string[] {
  if (name === '') return ['runAsUserName cannot be an empty string']
  if (/\p{Cc}/u.test(name)) {
    return ['runAsUserName cannot contain control characters']
  }
  const parts = name.split('\\')
  if (parts.length > 2) return ['runAsUserName cannot contain more than one backslash']
  const [user = '', domain] = parts.reverse()
  const messages: string[] = []
  if (utf8Length(domain ?? '') >= domainBytesMax) {
    messages.push(`Domain length must be under ${domainBytesMax} characters`)
  }
  if (domain !== undefined && !netBiosName.test(domain) && !domainName.test(domain)) {
    messages.push("Domain doesn't match the NetBios nor the DNS format")
  }
  if (user === '') messages.push('User cannot be empty')
  else if (utf8Length(user) > userBytesMax) {
    messages.push(`User length must not be longer than ${userBytesMax} characters`)
  }
  if (/^[. ]+$/.test(user)) messages.push('User cannot contain only periods or spaces')
  if (/["/\\:;|=,+*?<>@[\]]/.test(user)) {
    messages.push('User cannot contain the following characters: "/\\:;|=,+*?<>@[]')
  }
  return messages.map(message => `runAsUserName's ${message}`)
}

const procMounts = ['Default', 'Unmasked']

/** The security context of one container. */
export function checkContainerSecurity(
  errors: Errors,
  path: string,
  context: SecurityContext | undefined,
  spec: PodSpec,
): void {
  if (context === undefined) return
  checkId(errors, `${path}.runAsUser`, context.runAsUser)
  checkId(errors, `${path}.runAsGroup`, context.runAsGroup)
  const { procMount, allowPrivilegeEscalation, privileged, capabilities } = context
  checkKnown(errors, `${path}.procMount`, procMount, procMounts)
  if (procMount === 'Unmasked' && spec.hostUsers !== false) {
    const detail = '`hostUsers` must be false to use `Unmasked`'
    errors.push(invalid(`${path}.procMount`, procMount, detail))
  }
  checkSeccomp(errors, `${path}.seccompProfile`, context.seccompProfile)
  if (allowPrivilegeEscalation === false) {
    const refused = 'cannot set `allowPrivilegeEscalation` to false and '
    if (privileged === true) {
      errors.push(invalid(path, goSecurity(context), `${refused}\`privileged\` to true`))
    }
    const admins = capabilities?.add?.filter(name => name === 'CAP_SYS_ADMIN') ?? []
    for (const name of admins) {
      errors.push(invalid(path, goSecurity(context), `${refused}\`capabilities.Add\` ${name}`))
    }
  }
  checkWindowsOptions(errors, `${path}.windowsOptions`, context.windowsOptions)
  checkAppArmor(errors, `${path}.appArmorProfile`, context.appArmorProfile)
}

/** The context as Go prints its internal form. */
function goSecurity(context: SecurityContext): Readonly<Record<string, unknown>> {
  const { capabilities } = context
  return {
    Capabilities:
      capabilities === undefined
        ? null
        : { Add: capabilities.add ?? null, Drop: capabilities.drop ?? null },
    Privileged: context.privileged ?? null,
    SELinuxOptions: context.seLinuxOptions ?? null,
    WindowsOptions: context.windowsOptions ?? null,
    RunAsUser: context.runAsUser ?? null,
    RunAsGroup: context.runAsGroup ?? null,
    RunAsNonRoot: context.runAsNonRoot ?? null,
    ReadOnlyRootFilesystem: context.readOnlyRootFilesystem ?? null,
    AllowPrivilegeEscalation: context.allowPrivilegeEscalation ?? null,
    ProcMount: context.procMount ?? null,
    SeccompProfile: context.seccompProfile ?? null,
    AppArmorProfile: context.appArmorProfile ?? null,
  }
}
