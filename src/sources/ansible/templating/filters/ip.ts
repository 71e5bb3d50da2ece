// Filters on addresses: ipaddr and its relatives. Port of ansible.utils 2.12
// plugins/plugin_utils/base/ipaddr_utils.py and plugins/filter/.

import { isList, numberOf, Tuple, type Value } from '../../values.ts'
import { TemplateFailure } from '../failures.ts'
import { type Plugin, type Plugins, required } from '../plugin.ts'
import { truth } from '../python/iterate.ts'
import {
  bitsOf,
  firstOf,
  formatAddress,
  formatNetwork,
  holds,
  lastOf,
  type Network,
  parseNetwork,
  sizeOf,
} from '../python/network.ts'
import { str } from '../python/represent.ts'
import { characters } from '../python/types.ts'
import { ipQueries } from './ip-queries.ts'

export interface Parsed {
  readonly network: Network
  /** What the query gives back where it only checks. */
  readonly value: string
  readonly isNetwork: boolean
}

function fromNumber(text: string, version: number | undefined): Parsed | undefined {
  const ip = BigInt(text)
  const isV4 = version !== 6 && ip < 1n << 32n
  if (!isV4 && ip >= 1n << 128n) return undefined
  const network: Network = isV4 ? { version: 4, ip, prefix: 32 } : { version: 6, ip, prefix: 128 }
  return { network, value: formatNetwork(network), isNetwork: false }
}

function parse(value: Value, version: number | undefined): Parsed | undefined {
  const text = str(value)
  if (/^\d+$/.test(text)) return fromNumber(text, version)
  const network = parseNetwork(text)
  if (network !== undefined) return { network, value: text, isNetwork: text.includes('/') }
  const numeric = /^(\d+)\/(\d+)$/.exec(text)
  if (numeric === null) return undefined
  const found = fromNumber(numeric[1] ?? '', undefined)?.network
  if (found === undefined || Number(numeric[2]) > bitsOf(found.version)) return undefined
  const whole = { ...found, prefix: Number(numeric[2]) }
  return { network: whole, value: formatNetwork(whole), isNetwork: true }
}

interface IpOptions {
  readonly query: Value
  readonly version?: number | undefined
  readonly alias: string
}

/** The filter ipaddr: false where the value is no address or does not answer the query. */
export function ipaddr(value: Value, options: IpOptions): Value {
  if (isList(value) || value instanceof Tuple) {
    const items = isList(value) ? value : value.items
    return items.map(item => ipaddr(item, options)).filter(truth)
  }
  if (value === true || !truth(value)) return false
  const parsed = parse(value, options.version)
  if (parsed === undefined) return false
  const { network } = parsed
  const query = characters(options.query) ?? options.query
  const within = networkOfQuery(query)
  if (options.version !== undefined && network.version !== options.version) return false
  if (within !== undefined) return holds(within, network) ? parsed.value : null
  const run = typeof query === 'string' ? ipQueries[query] : undefined
  if (run !== undefined) return run(parsed)
  const index = numberOf(query)
  if (index === undefined) {
    if (typeof query !== 'string' || !Number.isFinite(Number(query)) || query === '') {
      throw new TemplateFailure(`${options.alias}: unknown filter type: ${str(query)}`)
    }
    return sizeOf(network) === 1n ? single(parsed) : false
  }
  return sizeOf(network) === 1n ? single(parsed) : nth(network, BigInt(index))
}

function single({ network, isNetwork }: Parsed): Value {
  return isNetwork ? formatNetwork(network) : formatAddress(network.version, network.ip)
}

function nth(network: Network, index: bigint): Value {
  const ip = index < 0n ? lastOf(network) + index + 1n : firstOf(network) + index
  if (ip < firstOf(network) || ip > lastOf(network)) return false
  return `${formatAddress(network.version, ip)}/${network.prefix}`
}

function networkOfQuery(query: Value): Network | undefined {
  if (typeof query !== 'string' || query === '' || /^\d+$/.test(query)) return undefined
  return ipQueries[query] === undefined ? parseNetwork(query) : undefined
}

function ipFilter(alias: string, version?: number): Plugin {
  return {
    params: 'query version alias',
    run: (input, [query = '', wanted]) => {
      const own = wanted === undefined || wanted === false ? undefined : Number(numberOf(wanted))
      return ipaddr(input, { query, version: version ?? own, alias })
    },
  }
}

const ipwrap: Plugin = {
  params: 'query',
  run: (input, [query = '']) => {
    const wrap = (value: Value): Value => {
      const found = ipaddr(value, { query, alias: 'ipwrap' })
      return truth(found) ? ipaddr(found, { query: 'wrap', alias: 'ipwrap' }) : value
    }
    return isList(input) ? input.map(wrap) : wrap(input)
  },
}

// With a number and an index one subnet, with a number alone how many there are.
const ipsubnet: Plugin = {
  params: 'query index',
  run: (input, [query = '', index]) => {
    const parsed = parse(input, undefined)
    if (parsed === undefined) return false
    const { network } = parsed
    if (query === '') {
      return parsed.isNetwork ? formatNetwork({ ...network, ip: firstOf(network) }) : false
    }
    const length = str(query)
    if (!/^\d+$/.test(length)) return withinSubnet(parsed, length)
    const prefix = Number(length)
    const isMissing = index === undefined || index === 'x' || index === null
    if (isMissing) return countOrSupernet(parsed, prefix)
    const number = BigInt(str(index))
    if (prefix < network.prefix || !parsed.isNetwork) {
      return supernetAt(network, prefix, number)
    }
    const count = 1n << BigInt(prefix - network.prefix)
    const at = number < 0n ? count + number : number
    if (at < 0n || at >= count) return false
    const ip = firstOf(network) + at * (1n << BigInt(bitsOf(network.version) - prefix))
    return formatNetwork({ version: network.version, ip, prefix })
  },
}

function countOrSupernet({ network, isNetwork }: Parsed, prefix: number): Value {
  if (isNetwork) {
    return prefix < network.prefix ? '0' : String(1n << BigInt(prefix - network.prefix))
  }
  const outer = { ...network, prefix }
  return formatNetwork({ ...outer, ip: firstOf(outer) })
}

function supernetAt(network: Network, prefix: number, index: bigint): Value {
  const count = BigInt(network.prefix - prefix)
  const at = index < 0n ? count + index : index
  if (at < 0n || at >= count) return false
  const outer = { ...network, prefix: prefix + Number(at) }
  return formatNetwork({ ...outer, ip: firstOf(outer) })
}

function withinSubnet({ network }: Parsed, query: string): Value {
  const outer = parseNetwork(query)
  if (outer === undefined || !holds(outer, network)) return false
  const step = sizeOf(network)
  return String((firstOf(network) - firstOf(outer)) / step + 1n)
}

function usable(direction: bigint): Plugin {
  return {
    params: 'offset',
    run: (input, [offset]) => {
      const parsed = parse(input, undefined)
      if (parsed === undefined) throw new TemplateFailure('Not a valid network')
      const { network } = parsed
      const next = network.ip + direction * BigInt(str(required(offset, 'offset')))
      const isInside = next > firstOf(network) && next < lastOf(network)
      return isInside ? formatAddress(network.version, next) : null
    },
  }
}

const ipmath: Plugin = {
  params: 'amount',
  run: (input, [amount]) => {
    const parsed = parse(input, undefined)
    if (parsed === undefined)
      throw new TemplateFailure(`You must pass a valid IP address; ${str(input)} is invalid`)
    const { network } = parsed
    return formatAddress(network.version, network.ip + BigInt(str(required(amount, 'amount'))))
  },
}

const inNetwork: Plugin = {
  params: 'test',
  run: (input, [test]) => {
    const outer = parse(input, undefined)
    const inner = parse(required(test, 'test'), undefined)
    if (outer === undefined || inner === undefined) return false
    return holds(outer.network, { ...inner.network, prefix: bitsOf(inner.network.version) })
  },
}

const families: Readonly<Record<string, Plugin>> = {
  ipaddr: ipFilter('ipaddr'),
  ipv4: ipFilter('ipv4', 4),
  ipv6: ipFilter('ipv6', 6),
  ipwrap,
  ipsubnet,
  ipmath,
  next_nth_usable: usable(1n),
  previous_nth_usable: usable(-1n),
  network_in_usable: inNetwork,
  network_in_network: inNetwork,
  ip4_hex: {
    params: 'delimiter',
    run: (input, [delimiter = '']) =>
      str(input)
        .split('.')
        .map(part => Number(part).toString(16).padStart(2, '0'))
        .join(str(delimiter)),
  },
  nthhost: {
    params: 'query',
    run: (input, [query = '']) => {
      const parsed = parse(input, undefined)
      const number = Number(str(query))
      if (parsed === undefined || !Number.isInteger(number)) return false
      const found = nth(parsed.network, BigInt(number))
      return typeof found === 'string' ? (found.split('/')[0] ?? false) : found
    },
  },
}

/** The filters by their short names and by those of the collections they come from. */
export const ipFilters: Plugins = Object.fromEntries(
  Object.entries(families).flatMap(([name, plugin]) =>
    ['', 'ansible.utils.', 'ansible.netcommon.'].map(prefix => [prefix + name, plugin] as const),
  ),
)

/** The network that a value names, or undefined. */
export function parseIp(value: Value): Network | undefined {
  return parse(value, undefined)?.network
}
