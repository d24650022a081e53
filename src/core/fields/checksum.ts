/**
 * Keeps definitions within a size that a row can hold. An attribute that makes a definition too large, for
 * example a list with ten thousand values, is kept as a checksum of its leaves. A change of it is still found
 * and told, but not what has changed in it.
 */
import type { Json } from '../log/event.ts'
import type { FieldAttributes } from './field-read.ts'
import { comparable, everyLeaf, IDENTITY, isTree, MAX_LEAVES } from './leaves.ts'

/**
 * The largest definition that is kept whole, in bytes of JSON. An event may tell two of them, before and after,
 * with a name for each leaf, and a row holds 2 MB (docs/cloudflare.md#storage-limits).
 */
const MAX_DEFINITION_BYTES = 384 * 1024

/** A text that is shorter is never what makes a definition too large. */
const MIN_TEXT = 1000

const CHECKSUM = /^checksum:[0-9a-f]{16}$/

/**
 * The definition as it is kept: the same when it is small enough, else with checksums for its largest
 * attributes. Null when even that is too large, since it has too many attributes.
 */
export function boundDefinition(attributes: FieldAttributes): FieldAttributes | null {
  let bytes = sizeOf(attributes)
  // A leaf has two bytes at least, so a small definition cannot have too many of them.
  if (bytes <= MAX_LEAVES * 2) return attributes
  const parts = Object.entries(attributes)
    .map(([root, value]) => ({
      root,
      value,
      bytes: sizeOf(value),
      leaves: countLeaves(root, value),
    }))
    .toSorted((one, other) => other.bytes - one.bytes)
  let leaves = parts.reduce((sum, part) => sum + part.leaves, 0)
  const bounded: Record<string, Json> = { ...attributes }
  for (const part of parts) {
    if (bytes <= MAX_DEFINITION_BYTES && leaves <= MAX_LEAVES) return bounded
    if (!isBulky(part)) continue
    const checksum = checksumOf(part.root, part.value)
    bounded[part.root] = checksum
    bytes -= part.bytes - sizeOf(checksum)
    leaves -= part.leaves - 1
  }
  return bytes <= MAX_DEFINITION_BYTES && leaves <= MAX_LEAVES ? bounded : null
}

/**
 * The two definitions in a form in which they can be compared: where one of them has a checksum, the other gets
 * one as well. Else a list that has just become too large would look as if all its values were gone.
 */
export function withChecksums(
  before: FieldAttributes,
  after: FieldAttributes,
): readonly [before: FieldAttributes, after: FieldAttributes] {
  return [likeOther(before, after), likeOther(after, before)]
}

/** Whether a value is a checksum that stands for an attribute. */
export function isChecksum(value: Json | undefined): boolean {
  return typeof value === 'string' && CHECKSUM.test(value)
}

function likeOther(one: FieldAttributes, other: FieldAttributes): FieldAttributes {
  const alike = Object.entries(one).map(([root, value]) => {
    const isOther = isChecksum(other[root]) && !isChecksum(value) && comparable(value) !== null
    return [root, isOther ? checksumOf(root, value) : value]
  })
  return Object.fromEntries(alike)
}

function isBulky({ root, value }: { readonly root: string; readonly value: Json }): boolean {
  if (IDENTITY.has(root)) return false
  return isTree(value) || (typeof value === 'string' && value.length >= MIN_TEXT)
}

function countLeaves(root: string, value: Json): number {
  return everyLeaf({ [root]: value }, Number.POSITIVE_INFINITY).size
}

/**
 * Makes the checksum of a value. Two values that a comparison leaf by leaf finds equal have one checksum, in whatever
 * order their leaves come.
 */
function checksumOf(root: string, value: Json): string {
  const leaves = everyLeaf({ [root]: value }, Number.POSITIVE_INFINITY)
  const lines = [...leaves.values()].flatMap((leaf) => {
    const text = comparable(leaf.value)
    return text === null ? [] : [`${leaf.attribute}=${JSON.stringify(text)}`]
  })
  const text = lines.toSorted().join('\n')
  return `checksum:${fnv1a(text, 0x811c9dc5)}${fnv1a(text, 0x2545f491)}`
}

/** FNV-1a with 32 bits. It need not withstand an attacker: a portal could only hide its own changes. */
function fnv1a(text: string, seed: number): string {
  let hash = seed
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return (hash >>> 0).toString(16).padStart(8, '0')
}

function sizeOf(value: Json): number {
  return new TextEncoder().encode(JSON.stringify(value)).byteLength
}
