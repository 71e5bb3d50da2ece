// The queries of the filter ipaddr. Port of ansible.utils 2.12
// plugins/plugin_utils/base/ipaddr_utils.py.

import { integer, type Value } from '../../values.ts'
import { TemplateFailure } from '../failures.ts'
import {
  firstOf,
  formatAddress,
  formatNetwork,
  holds,
  lastOf,
  maskOf,
  type Network,
  parseNetwork,
  sizeOf,
} from '../python/network.ts'

interface Asked {
  readonly network: Network
  readonly value: string
  readonly isNetwork: boolean
}

type Query = (asked: Asked) => Value

function at(network: Network, ip: bigint): string {
  return formatAddress(network.version, ip)
}

function isFirst(network: Network): boolean {
  return network.ip === firstOf(network)
}

function hasBroadcast(network: Network): boolean {
  return network.version === 4 && sizeOf(network) > 2n
}

const ip: Query = ({ network }) => {
  if (sizeOf(network) === 1n) return at(network, network.ip)
  const isHost = !isFirst(network) || !hasBroadcast(network)
  return isHost ? at(network, network.ip) : null
}

const host: Query = ({ network }) => {
  if (sizeOf(network) === 1n || !isFirst(network) || !hasBroadcast(network))
    return formatNetwork(network)
  return null
}

const addressPrefix: Query = ({ network }) => {
  const isEdge = network.ip === firstOf(network) || network.ip === lastOf(network)
  return sizeOf(network) > 2n && isEdge ? false : formatNetwork(network)
}

/** The first and last address that a host can have. */
function usable(network: Network): readonly [bigint, bigint] {
  const edge = sizeOf(network) > 2n ? 1n : 0n
  return [firstOf(network) + edge, lastOf(network) - edge]
}

function ofNetwork(query: (network: Network) => Value): Query {
  return ({ network, isNetwork }) => {
    if (!isNetwork) throw new TemplateFailure('Not a network address')
    return sizeOf(network) > 1n ? query(network) : null
  }
}

function neighbour(step: bigint): Query {
  return ofNetwork(network => {
    const [first, last] = usable(network)
    const next = network.ip + step
    return next >= first && next <= last ? at(network, next) : null
  })
}

function within(...ranges: readonly string[]): Query {
  const networks = ranges.map(range => parseNetwork(range) as Network)
  return ({ network, value }) => {
    const single = { ...network, prefix: network.version === 4 ? 32 : 128 }
    return networks.some(each => holds(each, single)) ? value : null
  }
}

const privateRanges = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '0.0.0.0/8',
  '100.64.0.0/10',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '240.0.0.0/4',
  'fc00::/7',
  'fe80::/10',
  '::1/128',
  '::/128',
  '2001:db8::/32',
]

const isPrivate = within(...privateRanges)
const isMulticast = within('224.0.0.0/4', 'ff00::/8')

const peer: Query = ({ network, isNetwork }) => {
  if (!isNetwork) throw new TemplateFailure('Not a network address')
  const size = sizeOf(network)
  if (size === 2n) return at(network, network.ip ^ 1n)
  if (size !== 4n) throw new TemplateFailure('Not a point-to-point network')
  const place = network.ip % 4n
  if (place === 0n) throw new TemplateFailure('Network address of /30 has no peer')
  if (place === 3n) throw new TemplateFailure('Broadcast address of /30 has no peer')
  return at(network, network.ip ^ 3n)
}

const netmask: Query = ({ network }) => at(network, maskOf(network, false))
const hostmask: Query = ({ network }) => at(network, maskOf(network, true))
const network: Query = each => at(each.network, firstOf(each.network))
const subnet: Query = each => formatNetwork({ ...each.network, ip: firstOf(each.network) })
const version4: Query = ({ network: each, value }) => {
  if (each.version === 4) return value
  const low = each.ip & 0xffffffffn
  const isMapped = each.ip >> 32n === 0xffffn || each.ip >> 32n === 0n
  return isMapped
    ? formatNetwork({ version: 4, ip: low, prefix: Math.max(each.prefix - 96, 0) })
    : false
}
const version6: Query = ({ network: each, value }) =>
  each.version === 6
    ? value
    : formatNetwork({ version: 6, ip: each.ip + (0xffffn << 32n), prefix: each.prefix + 96 })

function reverse({ network: each }: Asked): Value {
  if (each.version === 4) {
    return `${at(each, each.ip).split('.').reverse().join('.')}.in-addr.arpa.`
  }
  return `${Array.from(each.ip.toString(16).padStart(32, '0')).reverse().join('.')}.ip6.arpa.`
}

/** Queries by name; null where the address does not answer. */
export const ipQueries: Readonly<Record<string, Query>> = {
  '': ({ network: each, isNetwork }) => (isNetwork ? formatNetwork(each) : at(each, each.ip)),
  address: ip,
  ip,
  'address/prefix': addressPrefix,
  gateway: addressPrefix,
  gw: addressPrefix,
  'host/prefix': addressPrefix,
  hostnet: addressPrefix,
  router: addressPrefix,
  bool: () => true,
  broadcast: ({ network: each }) => (sizeOf(each) > 2n ? at(each, lastOf(each)) : null),
  cidr: ({ network: each }) => formatNetwork(each),
  first_usable: ofNetwork(each => at(each, usable(each)[0])),
  last_usable: ofNetwork(each => at(each, usable(each)[1])),
  next_usable: neighbour(1n),
  previous_usable: neighbour(-1n),
  range_usable: ofNetwork(each =>
    usable(each)
      .map(end => at(each, end))
      .join('-'),
  ),
  host,
  hostmask,
  wildcard: hostmask,
  int: ({ network: each, isNetwork }) =>
    isNetwork ? `${each.ip}/${each.prefix}` : integer(each.ip),
  'ip/prefix': ({ network: each }) =>
    sizeOf(each) === 2n || (sizeOf(each) > 1n && !isFirst(each)) ? formatNetwork(each) : null,
  ip_netmask: ({ network: each }) =>
    sizeOf(each) === 2n || (sizeOf(each) > 1n && !isFirst(each))
      ? `${at(each, each.ip)} ${at(each, maskOf(each, false))}`
      : null,
  ipv4: version4,
  v4: version4,
  ipv6: version6,
  v6: version6,
  'link-local': within('169.254.0.0/16', 'fe80::/10'),
  lo: within('127.0.0.0/8', '::1/128'),
  loopback: within('127.0.0.0/8', '::1/128'),
  multicast: isMulticast,
  unicast: asked => (isMulticast(asked) === null ? asked.value : null),
  net: ({ network: each }) => (sizeOf(each) > 1n && isFirst(each) ? formatNetwork(each) : null),
  netmask,
  network,
  network_id: network,
  'network/prefix': subnet,
  subnet,
  network_netmask: asked => `${String(network(asked))} ${String(netmask(asked))}`,
  network_wildcard: asked => `${String(network(asked))} ${String(hostmask(asked))}`,
  peer,
  prefix: ({ network: each }) => each.prefix,
  private: isPrivate,
  public: asked => (isPrivate(asked) === null && isMulticast(asked) === null ? asked.value : null),
  revdns: reverse,
  size: ({ network: each }) => integer(sizeOf(each)),
  size_usable: ({ network: each }) => {
    const size = sizeOf(each)
    if (size === 1n) return 0
    return size === 2n ? 2 : integer(size - 2n)
  },
  type: ({ network: each }) => (sizeOf(each) > 1n && isFirst(each) ? 'network' : 'address'),
  version: ({ network: each }) => each.version,
  wrap: ({ network: each, value, isNetwork }) => {
    if (each.version === 4) return value
    return isNetwork ? `[${at(each, each.ip)}]/${each.prefix}` : `[${at(each, each.ip)}]`
  },
}
