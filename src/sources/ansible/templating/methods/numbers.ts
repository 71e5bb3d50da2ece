// Methods of numbers and of moments that templates of installers call.

import { Float, Moment, numberOf, Tuple, type Value } from '../../values.ts'
import { UnknownSignal } from '../failures.ts'
import { Unknown } from '../special.ts'
import type { Method, Methods } from './method.ts'

const integerMethods: Methods = {
  bit_length: {
    run: self =>
      BigInt(numberOf(self) ?? 0)
        .toString(2)
        .replace('-', '').length,
  },
}

const floatMethods: Methods = {
  is_integer: { run: self => Number.isInteger((self as Float).value) },
  as_integer_ratio: { run: self => new Tuple([self, 1]) },
}

const formatted: Method = {
  params: 'format',
  run: () => {
    throw new UnknownSignal(new Unknown(['a point in time is formatted']))
  },
}

const momentMethods: Methods = {
  isoformat: { run: self => (self as Moment).iso },
  strftime: formatted,
  timestamp: formatted,
}

/** The methods of a number, boolean or moment. */
export function numberMethods(value: Value): Methods | undefined {
  if (value instanceof Float) return floatMethods
  if (value instanceof Moment) return momentMethods
  return numberOf(value) === undefined ? undefined : integerMethods
}
