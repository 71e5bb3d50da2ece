import { expect, it } from 'vitest'
import { pod } from './plugin-testing.ts'
import { podInfoOf } from './pod-info.ts'

const requests = (cpu: string, memory: string) => ({ resources: { requests: { cpu, memory } } })

it.each([
  {
    name: 'containers without requests count 100m and 200Mi each when scored',
    spec: { containers: [{ name: 'a' }, { name: 'b' }] },
    want: [0, 0, 200, 400 * 1024 ** 2],
  },
  {
    name: 'what is requested counts, even zero',
    spec: { containers: [{ name: 'a', ...requests('0', '1Gi') }] },
    want: [0, 1024 ** 3, 0, 1024 ** 3],
  },
  {
    name: 'requests of the whole pod replace those of its containers',
    spec: {
      containers: [{ name: 'a', ...requests('1', '1Gi') }],
      resources: { requests: { cpu: '3' } },
    },
    want: [3000, 1024 ** 3, 3000, 1024 ** 3],
  },
  {
    name: 'fractions of a millicore round up once, after the sum',
    spec: {
      containers: [
        { name: 'a', ...requests('1500u', '0') },
        { name: 'b', ...requests('1500u', '0') },
      ],
    },
    want: [3, 0, 3, 0],
  },
])('$name', ({ spec, want }) => {
  const { requested, nonZeroMilliCpu, nonZeroMemory } = podInfoOf(pod('p', spec))
  expect([requested.milliCpu, requested.memory, nonZeroMilliCpu, nonZeroMemory]).toEqual(want)
})

it('pods that share a template share its sums, unless their containers were resized', () => {
  const template = { containers: [{ name: 'a', ...requests('1', '0') }] }
  expect(podInfoOf(pod('a', template)).requested).toBe(podInfoOf(pod('b', template)).requested)
  const resources = { requests: { cpu: '2' } }
  const status = {
    containerStatuses: [
      { name: 'a', ready: true, restartCount: 0, image: '', imageID: '', resources },
    ],
  }
  expect(podInfoOf(pod('c', template, { status })).requested.milliCpu).toBe(2000)
})

it('a pod that waits has one info, however many others are asked about', () => {
  const waiting = pod('waiting', {})
  const info = podInfoOf(waiting)
  for (const name of ['a', 'b']) podInfoOf(pod(name, {}))
  expect(podInfoOf(waiting)).toBe(info)
})
