// Tests of addresses of the collections ansible.utils and ansible.netcommon.

import type { Plugin, Plugins } from '../plugin.ts'
import { required } from '../plugin.ts'
import { parseIp } from '../filters/ip.ts'
import { firstOf, holds, type Network, sizeOf } from '../python/network.ts'
import { TemplateFailure, UnknownSignal } from '../failures.ts'
import { Unknown } from '../special.ts'
import { str } from '../python/represent.ts'
import type { Value } from '../../values.ts'

function networkOf(value: Value): Network {
  const found = parseIp(value)
  if (found === undefined) {
    throw new TemplateFailure(`'${str(value)}' does not appear to be an IPv4 or IPv6 network`)
  }
  return found
}

const inNetwork: Plugin = {
  params: 'network!',
  run: (input, [network]) => holds(networkOf(required(network, 'network')), networkOf(input)),
}

function ofAddress(test: (address: Network, text: string) => boolean): Plugin {
  return {
    run: input => {
      const found = parseIp(input)
      return found !== undefined && test(found, str(input))
    },
  }
}

const families: Plugins = {
  in_network: inNetwork,
  in_any_network: {
    params: 'networks!',
    run: (input, [networks]) => {
      const all = required(networks, 'networks')
      return (Array.isArray(all) ? all : [all]).some(each =>
        holds(networkOf(each), networkOf(input)),
      )
    },
  },
  ip: ofAddress(() => true),
  ip_address: ofAddress((_, text) => !text.includes('/')),
  ipv4: ofAddress(({ version }) => version === 4),
  ipv6: ofAddress(({ version }) => version === 6),
  ipv4_address: ofAddress(({ version }, text) => version === 4 && !text.includes('/')),
  ipv6_address: ofAddress(({ version }, text) => version === 6 && !text.includes('/')),
  subnet_of: inNetwork,
  supernet_of: {
    params: 'network!',
    run: (input, [network]) => holds(networkOf(input), networkOf(required(network, 'network'))),
  },
  resolvable: {
    run: () => {
      throw new UnknownSignal(new Unknown(['the name service of the controller']))
    },
  },
  subnet: ofAddress(network => sizeOf(network) > 1n && firstOf(network) === network.ip),
}

export const networkTests: Plugins = Object.fromEntries(
  Object.entries(families).flatMap(([name, test]) =>
    ['ansible.utils.', 'ansible.netcommon.'].map(prefix => [prefix + name, test] as const),
  ),
)
