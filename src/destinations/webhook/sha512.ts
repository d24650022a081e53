/**
 * SHA-512 (FIPS 180-4), without a promise: WebCrypto answers later, and a configuration is read at once. It is
 * slow, and meant for the few bytes of a key.
 */

const MASK = (1n << 64n) - 1n
const ROUNDS = 80
const BLOCK_BYTES = 128

/** The SHA-512 of some bytes. The constants are computed with each call, as most relays never need them. */
export function sha512(message: Uint8Array): Uint8Array {
  const primes = firstPrimes(ROUNDS)
  // Sections 4.2.3 and 5.3.5: 64 bits behind the point of the cube roots and of the square roots of primes.
  const constants = primes.map((prime) => fractionOfRoot(prime, 3n))
  let state: readonly bigint[] = primes.slice(0, 8).map((prime) => fractionOfRoot(prime, 2n))
  const words = padded(message)
  for (let at = 0; at < words.length; at += 16) {
    state = compress(state, words.slice(at, at + 16), constants)
  }
  const hash = new DataView(new ArrayBuffer(64))
  state.forEach((word, index) => hash.setBigUint64(index * 8, word))
  return new Uint8Array(hash.buffer)
}

/** The message as words of 64 bits, with a 1 and the number of its bits behind it (section 5.1.2). */
function padded(message: Uint8Array): readonly bigint[] {
  const blocks = Math.ceil((message.length + 17) / BLOCK_BYTES)
  const bytes = new Uint8Array(blocks * BLOCK_BYTES)
  bytes.set(message)
  bytes[message.length] = 0x80
  const view = new DataView(bytes.buffer)
  view.setBigUint64(bytes.length - 8, BigInt(message.length) * 8n)
  return Array.from({ length: blocks * 16 }, (_word, index) => view.getBigUint64(index * 8))
}

/** Section 6.4.2. The letters are those of the standard. */
function compress(
  state: readonly bigint[],
  block: readonly bigint[],
  constants: readonly bigint[],
): readonly bigint[] {
  const schedule = expand(block)
  let [a = 0n, b = 0n, c = 0n, d = 0n, e = 0n, f = 0n, g = 0n, h = 0n] = state
  for (let round = 0; round < ROUNDS; round += 1) {
    const choice = (e & f) ^ (~e & MASK & g)
    const majority = (a & b) ^ (a & c) ^ (b & c)
    const constant = (constants[round] ?? 0n) + (schedule[round] ?? 0n)
    const one = h + mix(e, [14n, 18n, 41n]) + choice + constant
    const two = mix(a, [28n, 34n, 39n]) + majority
    ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + one) & MASK, c, b, a, (one + two) & MASK]
  }
  return [a, b, c, d, e, f, g, h].map((word, index) => (word + (state[index] ?? 0n)) & MASK)
}

function expand(block: readonly bigint[]): readonly bigint[] {
  const words = [...block]
  for (let index = 16; index < ROUNDS; index += 1) {
    const [far = 0n, second = 0n] = [words[index - 16], words[index - 15]]
    const [middle = 0n, near = 0n] = [words[index - 7], words[index - 2]]
    const low = mix(second, [1n, 8n]) ^ (second >> 7n)
    const high = mix(near, [19n, 61n]) ^ (near >> 6n)
    words.push((far + low + middle + high) & MASK)
  }
  return words
}

/** The exclusive or of a word, turned right by each of these numbers of bits. */
function mix(word: bigint, turns: readonly bigint[]): bigint {
  return turns.reduce((mixed, by) => mixed ^ ((word >> by) | ((word << (64n - by)) & MASK)), 0n)
}

function firstPrimes(count: number): readonly bigint[] {
  const primes: bigint[] = []
  for (let number = 2n; primes.length < count; number += 1n) {
    if (primes.every((prime) => number % prime !== 0n)) primes.push(number)
  }
  return primes
}

/** The first 64 bits behind the point of a root, by halving: no number of steps has to be guessed. */
function fractionOfRoot(prime: bigint, degree: bigint): bigint {
  const wanted = prime << (64n * degree)
  let [low, high] = [0n, prime << 64n]
  while (high - low > 1n) {
    const middle = (low + high) / 2n
    if (middle ** degree <= wanted) low = middle
    else high = middle
  }
  return low & MASK
}
