/** The words for bulletins, the events of the relay itself: each says what has happened, and what there is to do. */
import type { BulletinType } from '../../core/bulletins/bulletin.ts'
import type { Plural } from './plural.ts'

/** The types that tell of something by themselves. */
export type ToldBulletin = Exclude<BulletinType, 'relay.recovered'>

/** The types that last until they have recovered. */
export type LastingBulletin = Extract<
  ToldBulletin,
  | `relay.lane.${string}`
  | 'relay.portal.tokens_lost'
  | 'relay.portal.suspended'
  | 'relay.portal.unfinished'
  | 'relay.portal.quiet'
  | 'relay.portal.storage'
>

/** The two sentences of a bulletin. */
export interface BulletinText {
  /** The title: what has happened, with `{destination}`, `{method}` or `{count}` where it names one. */
  readonly title: string | Plural
  /** The remedy, or the meaning where nothing has to be done. */
  readonly remedy: string
}

/** The words for bulletins in one language. */
export interface BulletinWords {
  readonly told: Readonly<Record<ToldBulletin, BulletinText>>
  /** The titles of the bulletins which say that a trouble has ended. */
  readonly recovered: Readonly<Record<LastingBulletin, string>>
  /** In front of the reason, which is a word of the API. */
  readonly reason: string
}
