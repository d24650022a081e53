/**
 * The knowledge of one field that a portal's object has. Pure.
 *
 * A field is *unread* while only its name is known, *present* once its definition was read (that definition
 * is the snapshot), and *gone* once its deletion was told. A snapshot moves only together with the changes
 * that tell of it.
 */
import type { FieldAction } from '../log/event.ts'
import type { FieldAttributes, FieldRef } from './field-read.ts'

/** The most thin events of one field that are remembered as owed. */
const MAX_OWED = 50

/** An event that went out thin, so that its change is still to be told. */
export interface OwedEvent {
  readonly sequence: number
  readonly action: FieldAction
  readonly userId: number | null
}

interface NamedField extends FieldRef {
  readonly fieldName: string
  /** The last sequence that told something of the field. */
  readonly toldBy: number | null
}

interface LivingField {
  /**
   * Whether receivers know that the field exists. They do when the field belongs to the baseline, or after a
   * delivery that listed all its attributes.
   */
  readonly isTold: boolean
  /** Oldest first, at most `MAX_OWED`. */
  readonly owed: readonly OwedEvent[]
}

/** A field of which only the name is known. */
export interface UnreadField extends NamedField, LivingField {
  readonly presence: 'unread'
}

/** A field whose definition was read. */
export interface PresentField extends NamedField, LivingField {
  readonly presence: 'present'
  /** The snapshot: the definition as last read. */
  readonly attributes: FieldAttributes
  /** The time at which it was read, in unix milliseconds by the portal's clock. */
  readonly readAt: number
}

/** A field whose deletion was told. Nothing is owed of it, and receivers know that it is gone. */
export interface GoneField extends NamedField {
  readonly presence: 'gone'
  /**
   * The time at which its deletion was found, in unix milliseconds: a read that began before says nothing of it any
   * more.
   */
  readonly readAt: number | null
}

/** The state of one field. */
export type FieldState = UnreadField | PresentField | GoneField

/** The state of a field of which only its name is known. */
export function newFieldState(field: FieldRef & { readonly fieldName: string }): UnreadField {
  return { ...nameOf(field), toldBy: null, presence: 'unread', isTold: false, owed: [] }
}

/** The snapshot; null while there is none. */
export function snapshotOf(state: FieldState): FieldAttributes | null {
  return state.presence === 'present' ? state.attributes : null
}

/**
 * The time at which the portal last said something of the field, in unix milliseconds by its clock; null when it
 * never did.
 */
export function readAtOf(state: FieldState): number | null {
  return state.presence === 'unread' ? null : state.readAt
}

/** Whether receivers know that the field exists. */
export function isTold(state: FieldState): boolean {
  return state.presence === 'gone' ? false : state.isTold
}

/** The events whose changes are still to be told. */
export function owedBy(state: FieldState): readonly OwedEvent[] {
  return state.presence === 'gone' ? [] : state.owed
}

/** The field after its definition was read. A field that was gone is there again. */
export function presentState(
  state: FieldState,
  read: { readonly attributes: FieldAttributes; readonly readAt: number; readonly isTold: boolean },
): PresentField {
  return { ...nameOf(state), toldBy: state.toldBy, presence: 'present', ...read, owed: [] }
}

/** The field after its deletion was told. */
export function goneState(
  state: FieldState,
  { toldBy, readAt }: { readonly toldBy: number | null; readonly readAt: number },
): GoneField {
  return { ...nameOf(state), toldBy, presence: 'gone', readAt }
}

/** The field with further events that went out thin; a field that is gone owes nothing. */
export function withOwed(state: FieldState, owed: readonly OwedEvent[]): FieldState {
  if (state.presence === 'gone') return state
  return { ...state, owed: [...state.owed, ...owed].slice(-MAX_OWED) }
}

/** The field once nothing of it is owed any more. */
export function withoutOwed(state: FieldState): FieldState {
  return state.presence === 'gone' ? state : { ...state, owed: [] }
}

function nameOf({ family, id, entityId, fieldName }: FieldRef & { readonly fieldName: string }) {
  return { family, id, entityId, fieldName }
}
