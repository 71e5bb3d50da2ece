// A KubeSchedulerConfiguration file as kube-scheduler reads it when it starts: strictly, with the
// words of its refusal. Upstream: cmd/kube-scheduler/app/options/configfile.go and
// k8s.io/kube-scheduler config/v1/types.go, v1.36.3.

import { assert } from '../base/assert.ts'
import { decodeAs, type Decoded } from '../kube/decode.ts'
import type { KubeSchedulerConfiguration, PluginConfig } from '../kube/generated/types.ts'
import { goQuote } from '../kube/go-text.ts'
import { isObject } from '../kube/patch/json.ts'
import { schemaOf } from '../kube/schema.ts'
import { configurationErrors } from './configuration-validation.ts'

export const configurationVersion = 'kubescheduler.config.k8s.io/v1'
const configurationKind = 'KubeSchedulerConfiguration'

/** One thing for which kube-scheduler does not start. */
export interface ConfigurationFault {
  /** The field, as in `profiles[0].schedulerName`; empty for the whole file. */
  readonly path: string
  /** Upstream's words. */
  readonly text: string
  /** The fields that there are beside an unknown one. */
  readonly known?: readonly string[]
}

/** A configuration without faults, or the faults. */
export interface ReadConfiguration {
  readonly configuration?: KubeSchedulerConfiguration
  readonly faults: readonly ConfigurationFault[]
}

/** Reads what a YAML or JSON document says; no field, not even of arguments, is null any more. */
export function readConfiguration(value: unknown): ReadConfiguration {
  const unreadable = typeFault(value)
  if (unreadable !== undefined) return { faults: [unreadable] }
  const type = schemaOf(configurationVersion, configurationKind)
  assert(type !== undefined, 'the schema has the configuration of the scheduler')
  const decoded = decodeAs(type, value)
  if (decoded.error !== undefined) {
    return { faults: [{ path: decoded.faults[0]?.path ?? '', text: decoded.error }] }
  }
  const { value: configuration, faults: args } = readArguments(
    decoded.value as KubeSchedulerConfiguration,
  )
  const faults = args.some(({ isFatal }) => isFatal)
    ? args.filter(({ isFatal }) => isFatal).slice(0, 1)
    : [...strictFaults(decoded, ''), ...args]
  const found =
    faults.length > 0
      ? faults.map(({ path, text, known }) => ({ path, text, ...(known && { known }) }))
      : configurationErrors(configuration).map(({ field, body }) => ({
          path: field,
          text: `${field}: ${body}`,
        }))
  return found.length > 0 ? { faults: found } : { configuration, faults: [] }
}

interface Fault extends ConfigurationFault {
  /** Nothing else is told beside it. */
  readonly isFatal?: boolean
}

function strictFaults({ strictErrors, faults }: Decoded, prefix: string): readonly Fault[] {
  return strictErrors.map((error, index) => {
    const { path = '', known = [] } = faults[index] ?? {}
    return { path: `${prefix}${path}`, text: `strict decoding error: ${error}`, known }
  })
}

function typeFault(value: unknown): Fault | undefined {
  if (!isObject(value)) {
    const found = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value
    const text = `couldn't get version/kind; json parse error: json: cannot unmarshal ${found}`
    return { path: '', text: `${text} into Go value of type struct` }
  }
  const { apiVersion, kind } = value
  if (typeof kind !== 'string' || kind === '') return { path: '', text: "Object 'Kind' is missing" }
  if (typeof apiVersion !== 'string' || apiVersion === '') {
    return { path: 'kind', text: "Object 'apiVersion' is missing" }
  }
  if (apiVersion === configurationVersion && kind === configurationKind) return undefined
  const what = `no kind ${goQuote(kind)} is registered for version ${goQuote(apiVersion)}`
  const text = `${what} in scheme "pkg/runtime/scheme.go:111"`
  return { path: 'apiVersion', text }
}

interface Read<T> {
  readonly value: T
  readonly faults: readonly Fault[]
}

function readArguments(
  configuration: KubeSchedulerConfiguration,
): Read<KubeSchedulerConfiguration> {
  const faults: Fault[] = []
  const profiles = (configuration.profiles ?? []).map((profile, at) => {
    const { pluginConfig = [] } = profile
    const configs = pluginConfig.map((given, index) => {
      const read = readConfig(given, `profiles[${at}].pluginConfig[${index}]`)
      faults.push(...read.faults)
      return read.value
    })
    return { ...profile, pluginConfig: configs }
  })
  return { value: { ...configuration, profiles }, faults }
}

/** The arguments of a plugin that has any; those of plugins from elsewhere are not looked at. */
function readConfig(given: PluginConfig, prefix: string): Read<PluginConfig> {
  const { name, args } = given
  const type = schemaOf(configurationVersion, `${name}Args`)
  if (type === undefined || args === undefined) return { value: given, faults: [] }
  const where = `decoding .${prefix}: `
  const fatal = (path: string, text: string): Read<PluginConfig> => ({
    value: given,
    faults: [{ path: `${prefix}.${path}`, text: `${where}${text}`, isFatal: true }],
  })
  const kind = isObject(args) ? args['kind'] : undefined
  if (typeof kind === 'string' && kind !== `${name}Args`) {
    const group = configurationVersion.split('/')[0]
    const types = `of type ${name}Args.${group}, got ${kind}.${group}`
    return fatal('args.kind', `args for plugin ${name} were not ${types}`)
  }
  const decoded = decodeAs(type, args)
  const what = `decoding args for plugin ${name}: `
  if (decoded.error !== undefined) {
    return fatal(`args.${decoded.faults[0]?.path ?? ''}`, `${what}${decoded.error}`)
  }
  const faults = strictFaults(decoded, `${prefix}.args.`)
  return {
    value: { name, args: decoded.value as typeof args },
    faults: faults.map(fault => ({ ...fault, text: `${where}${what}${fault.text}` })),
  }
}
