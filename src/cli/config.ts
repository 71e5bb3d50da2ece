// `--show-config`: every setting that applies and who set it.

import type { Loaded } from '../index.ts'
import { columns } from '../reports/columns.ts'
import type { SlaSpec } from '../trials/spec.ts'
import { flags, type GivenFlags } from './flags.ts'
import type { Prepared } from './prepare.ts'
import type { Settings } from './settings.ts'

/** A table SETTING, VALUE, SET BY. */
export function configText(settings: Settings, prepared: Prepared, given: GivenFlags): string {
  const { loaded, sources, platformFile } = prepared
  const pools = loaded.pools.map(({ name, count, cpu, memory, zones }) => {
    const where = zones === undefined ? '' : ` in ${zones.join(',')}`
    return ['pool', `${name}: ${count} × ${cpu} CPU, ${memory}${where}`, loaded.poolsSetBy]
  })
  const file = platformFile ?? '<none>'
  const rows = [
    ['SETTING', 'VALUE', 'SET BY'],
    ...sources.map(source => ['source', source, setBySource(settings, file)]),
    ...pools,
    ...(loaded.schedulers ?? []).map(({ file: path, names }) => [
      'scheduler',
      `${path}: ${names.map(each => each.name).join(', ')}`,
      setByOf('scheduler-config', path),
    ]),
    [
      'kubernetes',
      settings.kubernetes ?? loaded.kubernetes ?? 'default',
      setByOf('kubernetes', loaded.kubernetes),
    ],
    [
      'trials',
      (settings.trials ?? namesOf(loaded))?.join(',') ?? 'standard',
      setByOf('trials', namesOf(loaded)),
    ],
    ...(loaded.sla === undefined ? [] : [['sla', slaText(loaded.sla), 'your files']]),
    ['seed', String(settings.schedule.seed), setByOf('seed')],
    ['fail-on', settings.failOn, setByOf('fail-on')],
    ['output', settings.output ?? 'text', setByOf('output')],
    ...settings.reports.map(each => [
      'report',
      `${each.format}=${each.file ?? '-'}`,
      setByOf('report'),
    ]),
    ['color', settings.color, setByOf('color')],
    ['seatrial.yaml', file, platformFile === undefined ? 'not found' : 'found'],
  ]
  return columns(rows)

  function setByOf(name: (typeof flags)[number]['name'], loadedValue?: unknown): string {
    return given.get(name)?.setBy ?? (loadedValue === undefined ? 'default' : 'your files')
  }
}

/** The standard trials that files name; those that are scripts have a command of their own. */
function namesOf({ trials }: Loaded): readonly string[] | undefined {
  const names = trials?.filter(trial => typeof trial === 'string')
  return names === undefined || names.length === 0 ? undefined : names
}

/** `60 s down; web 10 s`. */
function slaText({ downSeconds, services = {} }: SlaSpec): string {
  const each = Object.entries(services).map(([name, service]) => `${name} ${service.downSeconds} s`)
  return [...(downSeconds === undefined ? [] : [`${downSeconds} s down`]), ...each].join('; ')
}

function setBySource({ inputs }: Settings, file: string): string {
  return inputs.length > 0 ? 'command line' : file
}
