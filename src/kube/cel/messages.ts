// Message types: those of protobuf that expressions may name, and tables of fields.

import type { MessageType } from './declarations.ts'
import { mapOf, listOf, type Type, types } from './types.ts'
import { CelError, CelMap, Double, Duration, Timestamp, Uint, type Value } from './values.ts'

/** A message type from a table of fields. */
export function messageOf(name: string, fields: Readonly<Record<string, Type>>): MessageType {
  return { name, fields: field => (Object.hasOwn(fields, field) ? fields[field] : undefined) }
}

type Create = NonNullable<MessageType['create']>

function wrapper(name: string, type: Type, zero: Value): MessageType {
  const create: Create = fields => fields.get('value') ?? zero
  return { ...messageOf(name, { value: type }), create }
}

function integer(fields: ReadonlyMap<string, Value>, name: string): number {
  return Number(fields.get(name) ?? 0)
}

const clock = { seconds: types.int, nanos: types.int }

const wellKnown: readonly MessageType[] = [
  {
    ...messageOf('google.protobuf.Timestamp', clock),
    create: fields => new Timestamp(integer(fields, 'seconds'), integer(fields, 'nanos')),
  },
  {
    ...messageOf('google.protobuf.Duration', clock),
    create: fields => {
      const seconds = BigInt(integer(fields, 'seconds'))
      return new Duration(seconds * 1_000_000_000n + BigInt(integer(fields, 'nanos')))
    },
  },
  wrapper('google.protobuf.BoolValue', types.bool, false),
  wrapper('google.protobuf.BytesValue', types.bytes, new Uint8Array()),
  wrapper('google.protobuf.DoubleValue', types.double, new Double(0)),
  {
    ...wrapper('google.protobuf.FloatValue', types.double, new Double(0)),
    create: fields =>
      new Double(Math.fround((fields.get('value') as Double | undefined)?.value ?? 0)),
  },
  {
    ...messageOf('google.protobuf.Any', { type_url: types.string, value: types.bytes }),
    // Expressions of Kubernetes know no message that could be in there.
    create: fields => {
      const url = String(fields.get('type_url') ?? '')
      if (url === '') return new CelError('unsupported conversion to ref.Val: (*dynamicpb.Message)')
      return new CelError(`unknown type: '${url.slice(url.lastIndexOf('/') + 1)}'`)
    },
  },
  wrapper('google.protobuf.Int32Value', types.int, 0),
  wrapper('google.protobuf.Int64Value', types.int, 0),
  wrapper('google.protobuf.StringValue', types.string, ''),
  wrapper('google.protobuf.UInt32Value', types.uint, new Uint(0n)),
  wrapper('google.protobuf.UInt64Value', types.uint, new Uint(0n)),
  {
    ...messageOf('google.protobuf.ListValue', { values: listOf(types.dyn) }),
    create: fields => fields.get('values') ?? [],
  },
  {
    ...messageOf('google.protobuf.Struct', { fields: mapOf(types.string, types.dyn) }),
    create: fields => fields.get('fields') ?? new CelMap(),
  },
  {
    ...messageOf('google.protobuf.Value', {
      null_value: types.int,
      number_value: types.double,
      string_value: types.string,
      bool_value: types.bool,
      struct_value: mapOf(types.string, types.dyn),
      list_value: listOf(types.dyn),
    }),
    create: fields => {
      const [entry] = fields
      return entry === undefined || entry[0] === 'null_value' ? null : entry[1]
    },
  },
]

const byName = new Map(wellKnown.map(message => [message.name, message]))

/** A message type of protobuf's own. */
export function wellKnownMessage(name: string): MessageType | undefined {
  return byName.get(name)
}
