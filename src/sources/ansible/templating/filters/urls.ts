// Filters on addresses of the web and on time. Port of ansible-core 2.18
// plugins/filter/urlsplit.py, core.py.

import { Moment, numberOf, type Value } from '../../values.ts'
import { TemplateFailure, UnknownSignal } from '../failures.ts'
import { type Plugin, type Plugins } from '../plugin.ts'
import { str } from '../python/represent.ts'
import { characters, typeName } from '../python/types.ts'
import { readMoment, writeMoment } from '../python/time.ts'
import { Unknown } from '../special.ts'

function parts(url: string): ReadonlyMap<Value, Value> {
  const match =
    /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#([\s\S]*))?$/.exec(
      url,
    )
  const [, scheme = '', netloc = '', path = '', query = '', fragment = ''] = match ?? []
  const at = netloc.lastIndexOf('@')
  const login = at < 0 ? undefined : netloc.slice(0, at)
  const place = netloc.slice(at + 1)
  const host = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d*))?/.exec(place)
  const name = (host?.[1] ?? host?.[2] ?? '').toLowerCase()
  const [user, ...password] = login?.split(':') ?? []
  const port = host?.[3]
  return new Map<Value, Value>([
    ['fragment', fragment],
    ['hostname', name === '' ? null : name],
    ['netloc', netloc],
    ['password', password.length === 0 ? null : password.join(':')],
    ['path', path],
    ['port', port === undefined || port === '' ? null : Number(port)],
    ['query', query],
    ['scheme', scheme.toLowerCase()],
    ['username', user ?? null],
  ])
}

const urlsplit: Plugin = {
  params: 'query',
  run: (input, [query = '']) => {
    const text = characters(input)
    if (text === undefined) {
      throw new TemplateFailure(`'${typeName(input)}' object has no attribute 'decode'`)
    }
    const all = parts(text)
    const wanted = str(query)
    if (wanted === '') return all
    const part = all.get(wanted)
    if (part === undefined) {
      throw new TemplateFailure(`urlsplit: unknown URL component: ${wanted}`)
    }
    return part
  },
}

const toDatetime: Plugin = {
  params: 'format',
  run: (input, [format = '%Y-%m-%d %H:%M:%S']) => {
    const moment = readMoment(str(input), str(format))
    if (moment !== undefined) return moment
    throw new TemplateFailure(`time data '${str(input)}' does not match format '${str(format)}'`)
  },
}

const strftime: Plugin = {
  params: 'second utc',
  run: (input, [second, utc]) => {
    const number = second === undefined || second === null ? undefined : numberOf(second)
    if (number === undefined || utc !== true) {
      throw new UnknownSignal(new Unknown(['the clock or time zone of the controller']))
    }
    return writeMoment(
      new Moment('datetime', new Date(Number(number) * 1000).toISOString().slice(0, 19)),
      str(input),
    )
  },
}

export const urlFilters: Plugins = {
  urlsplit,
  urldecode: { run: input => decodeURIComponent(str(input).replaceAll('+', ' ')) },
  to_datetime: toDatetime,
  strftime,
}
