import { describe, expect, it } from 'vitest'
import type { Device } from '../../../kube/generated/types.ts'
import { compileDeviceSelector } from './device-selector.ts'

const gpu: Device = {
  name: 'gpu-0',
  attributes: {
    model: { string: 'a100' },
    index: { int: 3 },
    healthy: { bool: true },
    driverVersion: { version: '1.10.0-rc.1' },
    'other.example.com/rack': { string: 'r7' },
  },
  capacity: { memory: { value: '40Gi' } },
}

function select(expression: string): unknown {
  const selector = compileDeviceSelector(expression, '1.36')
  return typeof selector === 'function' ? selector('gpu.example.com', gpu) : selector
}

const own = 'device.attributes["gpu.example.com"]'
const memory = 'device.capacity["gpu.example.com"].memory'

describe('expressions over a device', () => {
  it.each([
    ['device.driver == "gpu.example.com"', true],
    [`${own}.model == "a100"`, true],
    [`${own}.model == 'a100' && ${own}.index < 3`, false],
    [`${own}["index"] in [1, 3]`, true],
    [`${own}.healthy`, true],
    [`!${own}.healthy || ${own}.index * 2 - 1 >= 5`, true],
    [`${own}.model != ${own}.index`, true],
    [`${own}.model.startsWith("a") && size(${own}.model) == 4`, true],
    [`${own}.healthy ? ${own}.index % 2 == 1 : false`, true],
    ['device.attributes["other.example.com"].rack == "r7"', true],
    [`${memory}.compareTo(quantity("40960Mi")) == 0`, true],
    [`${memory}.isGreaterThan(quantity("40Gi"))`, false],
    [`${own}.driverVersion.isLessThan(semver("1.10.0"))`, true],
    [`${own}.driverVersion.isGreaterThan(semver("1.9.9"))`, true],
    [`${own}.driverVersion.major() == 1`, true],
    [`has(${own}.model) && !has(${own}.missing)`, true],
    ['has(device.attributes["nowhere.example.com"].x)', false],
    [`cel.bind(gpu, ${own}, gpu.model == "a100" && gpu.healthy)`, true],
    [`["a100", "h100"].exists(m, m == ${own}.model)`, true],
    [`[1, 2].all(n, n < ${own}.index)`, true],
    ['has(device.attributes.nowhere) && !("nowhere" in device.attributes)', true],
    ['device.attributes["nowhere"].size() == 0 && device.attributes.size() == 2', true],
    [`${own}[?"missing"].orValue("x") == "x"`, true],
    [`cel.bind(unused, ${own}.missing, true)`, true],
    [`${own}.model.includes("a100") && !${own}.model.includes("a")`, true],
  ])('%s', (expression, want) => {
    expect(select(expression)).toBe(want)
  })
})

describe('errors', () => {
  it.each([
    [`${own}.missing == "x"`, 'no such key: missing'],
    ['device.attributes["nowhere.example.com"].x == 1', 'no such key: x'],
    [`${own}.model < 3`, 'no such overload'],
    [`${own}.missing && true`, 'no such key: missing'],
  ])('%s', (expression, error) => {
    expect(select(expression)).toEqual({ error })
  })

  it('are dropped when the other side decides', () => {
    expect(select(`${own}.missing == 1 && false`)).toBe(false)
    expect(select(`${own}.missing == 1 || ${own}.healthy`)).toBe(true)
  })

  it('of syntax are found before any device is looked at', () => {
    expect(select('device.driver ==')).toEqual({
      error: expect.stringMatching(/^compilation failed/),
    })
    expect(select('#')).toEqual({ error: expect.stringMatching(/^compilation failed/) })
    expect(select('('.repeat(5000))).toEqual({
      error: expect.stringMatching(/^compilation failed/),
    })
  })

  // The texts of dynamic-resource-allocation v0.36.3 for this device.
  it.each([
    ['index', "int could not be converted to bool: unsupported type conversion from 'int' to bool"],
    [
      'model',
      "string could not be converted to bool: unsupported native conversion from string to 'bool'",
    ],
    [
      'driverVersion',
      "kubernetes.Semver could not be converted to bool: type conversion error from 'Semver' " +
        "to 'bool'",
    ],
  ])('end with a %s instead of a boolean', (name, error) => {
    expect(select(`${own}.${name}`)).toEqual({ error: `CEL result of type ${error}` })
  })

  it('of type are found before any device is looked at', () => {
    expect(select('1')).toEqual({
      error: 'must evaluate to bool or the unknown type, not int',
    })
  })

  it('includes() is not there before 1.36', () => {
    expect(compileDeviceSelector(`${own}.model.includes("a")`, '1.35')).toMatchObject({
      error: expect.stringMatching(/undeclared reference to 'includes'/),
    })
  })
})
