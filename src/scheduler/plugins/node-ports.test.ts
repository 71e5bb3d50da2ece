import { expect, it } from 'vitest'
import type { ContainerPort } from '../../kube/generated/types.ts'
import { node, pod, verdicts } from '../plugin-testing.ts'
import { nodePorts } from './node-ports.ts'

const taken = "node(s) didn't have free ports for the requested pod ports"

const withPorts = (name: string, nodeName: string, ...ports: readonly ContainerPort[]) =>
  pod(name, { nodeName, containers: [{ name: 'app', ports }] })

const port = (hostPort: number, hostIP?: string, protocol?: string): ContainerPort => ({
  containerPort: 80,
  hostPort,
  ...(hostIP !== undefined && { hostIP }),
  ...(protocol !== undefined && { protocol }),
})

it.each([
  { name: 'no host port', used: port(80), wanted: port(0), want: 'fits' },
  { name: 'another port', used: port(80), wanted: port(81), want: 'fits' },
  { name: 'the same port', used: port(80), wanted: port(80), want: taken },
  { name: 'another protocol', used: port(80), wanted: port(80, '', 'UDP'), want: 'fits' },
  {
    name: 'two addresses',
    used: port(80, '10.0.0.1'),
    wanted: port(80, '10.0.0.2'),
    want: 'fits',
  },
  { name: 'one address and all', used: port(80, '10.0.0.1'), wanted: port(80), want: taken },
  {
    name: 'all and one address',
    used: port(80, '0.0.0.0'),
    wanted: port(80, '10.0.0.1'),
    want: taken,
  },
])('$name: $want', ({ used, wanted, want }) => {
  const given = {
    nodes: [node('n1')],
    pods: [withPorts('old', 'n1', used)],
    pod: withPorts('p', '', wanted),
  }
  expect(verdicts(nodePorts, given)).toEqual({ n1: want })
})

it('counts ports of sidecars, not those of init containers that end', () => {
  const initContainers = [
    { name: 'wait', ports: [port(80)] },
    { name: 'proxy', restartPolicy: 'Always', ports: [port(81)] },
  ]
  const old = pod('old', { nodeName: 'n1', initContainers })
  const given = { nodes: [node('n1')], pods: [old] }
  expect(verdicts(nodePorts, { ...given, pod: withPorts('p', '', port(80)) })).toEqual({
    n1: 'fits',
  })
  expect(verdicts(nodePorts, { ...given, pod: withPorts('p', '', port(81)) })).toEqual({
    n1: taken,
  })
})

it('looks again when a pod leaves that held a wanted port', () => {
  const [rule] = nodePorts.requeueOn
  const gone = (...ports: readonly ContainerPort[]) => ({
    oldObject: withPorts('old', 'n1', ...ports),
    newObject: undefined,
  })
  const wanting = withPorts('p', '', port(80))
  expect(rule?.hint?.(wanting, gone(port(80)))).toBe('Queue')
  expect(rule?.hint?.(wanting, gone(port(81)))).toBe('Skip')
})
