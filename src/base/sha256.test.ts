import { describe, expect, it } from 'vitest'
import { sha256 } from './sha256.ts'

describe('sha256', () => {
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
    // What Kubernetes 1.36.3 named the attachment of pv-data to node v1.
    ['pv-datacsi.examplev1', '49e6f28615712ac2fd68dfbd5ab9757a1b5838d1f5187fc30ef2ed53ad3325e4'],
  ])('of %j', (text, want) => {
    expect(sha256(text)).toBe(want)
  })

  it('takes more than one block and more than ASCII', () => {
    expect(sha256('ä'.repeat(100))).toBe(
      '8c8b9015d474565b2a23d5e5bf090051720ce25d08a503044204b3438b1e10ed',
    )
  })
})
