import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../kube/object.ts'
import { flagOf, programContainer, runsProgram } from './program.ts'

const container = { name: 'c', image: 'registry.example.com:5000/tools/helper:v1@sha256:00' }

describe('the container of a program', () => {
  it('is known by the last part of its image, without tag, digest and port', () => {
    expect(programContainer({ containers: [container] }, 'helper')).toBe(container)
    expect(programContainer({ containers: [container] }, 'tools')).toBeUndefined()
  })

  it('or by its command, whatever its image', () => {
    const renamed = { ...container, command: ['/bin/other', '--v=3'] }
    expect(programContainer({ containers: [renamed] }, 'other')).toBe(renamed)
    expect(programContainer({ containers: [renamed] }, 'helper')).toBeUndefined()
  })
})

it('pods, templates and templates of jobs run programs', () => {
  const spec = { containers: [container] }
  const object = (kind: string, given: unknown): KubeObject => ({
    apiVersion: 'v1',
    kind,
    metadata: { name: 'x' },
    spec: given,
  })
  const template = { spec }
  expect(runsProgram([object('Pod', spec)], 'helper')).toBe(true)
  expect(runsProgram([object('Deployment', { template })], 'helper')).toBe(true)
  const jobTemplate = { spec: { template } }
  expect(runsProgram([object('CronJob', { jobTemplate })], 'helper')).toBe(true)
  expect(runsProgram([object('ConfigMap', undefined)], 'helper')).toBe(false)
})

it('flags are read with and without an equals sign; the last one counts', () => {
  const args = ['--interval=1m', '--file', '/a', '--interval', '2m']
  expect(flagOf({ ...container, args }, 'interval')).toBe('2m')
  expect(flagOf({ ...container, args }, 'file')).toBe('/a')
  expect(flagOf({ ...container, args }, 'v')).toBeUndefined()
})
