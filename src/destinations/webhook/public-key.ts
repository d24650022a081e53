/**
 * The public key that belongs to an Ed25519 seed (RFC 8032, section 5.1.5). WebCrypto tells it too, but only
 * later, and a wrong pair must be found while the configuration is read. Nothing is signed here.
 */
import { sha512 } from './sha512.ts'

const P = 2n ** 255n - 19n
const D = modulo(-121665n * inverse(121666n))

/** A point of the curve in extended coordinates (RFC 8032, section 5.1.4): x = X/Z, y = Y/Z, T = XY/Z. */
type Point = readonly [x: bigint, y: bigint, z: bigint, t: bigint]

const ZERO: Point = [0n, 1n, 1n, 0n]
const BASE_X = 15112221349535400772501151409588531511454012693041857206046113283949847762202n
const BASE_Y = modulo(4n * inverse(5n))
const BASE: Point = [BASE_X, BASE_Y, 1n, modulo(BASE_X * BASE_Y)]

/** The 32 bytes of the public key of a seed of 32 bytes. */
export function publicKeyOf(seed: Uint8Array): Uint8Array {
  const [x, y, z] = multiply(BASE, scalarOf(seed))
  const byZ = inverse(z)
  const sign = modulo(x * byZ) & 1n
  return toLittleEndian(modulo(y * byZ) | (sign << 255n))
}

/** The lower half of the seed's hash, with the bits that RFC 8032 clears and sets. */
function scalarOf(seed: Uint8Array): bigint {
  const scalar = fromLittleEndian(sha512(seed).subarray(0, 32))
  return (scalar & ((1n << 254n) - 8n)) | (1n << 254n)
}

function multiply(point: Point, scalar: bigint): Point {
  let [sum, power] = [ZERO, point]
  for (let rest = scalar; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) sum = add(sum, power)
    power = add(power, power)
  }
  return sum
}

/** The addition of section 5.1.4, which doubles as well. */
function add([x1, y1, z1, t1]: Point, [x2, y2, z2, t2]: Point): Point {
  const a = modulo((y1 - x1) * (y2 - x2))
  const b = modulo((y1 + x1) * (y2 + x2))
  const c = modulo(2n * t1 * t2 * D)
  const d = modulo(2n * z1 * z2)
  const [e, f, g, h] = [b - a, d - c, d + c, b + a]
  return [modulo(e * f), modulo(g * h), modulo(f * g), modulo(e * h)]
}

/** Fermat: a number to the power of P - 2 is its inverse. */
function inverse(number: bigint): bigint {
  let [result, power] = [1n, modulo(number)]
  for (let rest = P - 2n; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = modulo(result * power)
    power = modulo(power * power)
  }
  return result
}

function modulo(number: bigint): bigint {
  const rest = number % P
  return rest < 0n ? rest + P : rest
}

function fromLittleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n)
}

function toLittleEndian(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_byte, index) =>
    Number((value >> BigInt(8 * index)) & 0xffn),
  )
}
