/**
 * The orders of an operator for the lanes of one destination in all portals, with their progress. A destination has
 * one order at most: a later one takes the place of one that is under way, so that a pause that was taken back never
 * goes on.
 */
import * as v from 'valibot'
import { hasTable, type Database, type SqlRow } from '../storage/database.ts'

/** The act of an order on each lane; the admin API has a path for each act. */
export const ORDER_ACTS = ['pause', 'resume', 'replay'] as const

/** One of these acts; a replay is one of everything that is parked. */
export type OrderAct = (typeof ORDER_ACTS)[number]

/** An order for all portals. */
export interface Order {
  readonly destination: string
  readonly act: OrderAct
}

/** The next portals of an order. */
export interface OrderSlice extends Order {
  readonly memberIds: readonly string[]
  /** The number of portals that come after them. */
  readonly left: number
}

const OrderRowSchema = v.object({
  destination: v.string(),
  act: v.picklist(ORDER_ACTS),
  behind: v.string(),
})

/** All SQL of the orders. */
export class OrderStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /**
   * Begins an order in the place of another one of the same destination. An order with the act that is under way goes
   * on where it stands.
   */
  begin({ destination, act }: Order): void {
    this.#db.all(`CREATE TABLE IF NOT EXISTS orders (
      destination TEXT PRIMARY KEY, act TEXT NOT NULL, behind TEXT NOT NULL) WITHOUT ROWID`)
    const [known] = this.#db.all('SELECT act FROM orders WHERE destination = ?', destination)
    if (known?.['act'] === act) return
    this.#db.all(
      `INSERT OR REPLACE INTO orders (destination, act, behind) VALUES (?, ?, '')`,
      destination,
      act,
    )
  }

  /**
   * The next portals of the order of a destination, or of any order, so many at most; null when none is under way. The
   * order has moved on when they are given, and ends with the last ones: a run that ends early skips its portals, and
   * never stops the others.
   */
  next(limit: number, destination: string | null): OrderSlice | null {
    if (!hasTable(this.#db, 'orders')) return null
    const [row] = this.#db.all(
      'SELECT destination, act, behind FROM orders WHERE destination = coalesce(?, destination) LIMIT 1',
      destination,
    )
    const order = v.safeParse(OrderRowSchema, row)
    if (!order.success) return null
    const { behind, ...what } = order.output
    const memberIds = this.#listed(behind, limit)
    const last = memberIds.at(-1) ?? ''
    const left = memberIds.length < limit ? 0 : this.#count(last)
    if (left === 0) {
      this.#db.all('DELETE FROM orders WHERE destination = ?', what.destination)
    } else {
      this.#db.all('UPDATE orders SET behind = ? WHERE destination = ?', last, what.destination)
    }
    return { ...what, memberIds, left }
  }

  #listed(behind: string, limit: number): string[] {
    return this.#portals(
      `SELECT member_id FROM portals WHERE member_id > ? AND typeof(member_id) = 'text'
       ORDER BY member_id LIMIT ?`,
      [behind, limit],
    ).map((row) => String(row['member_id']))
  }

  #count(behind: string): number {
    const [row] = this.#portals('SELECT count(*) AS left FROM portals WHERE member_id > ?', [
      behind,
    ])
    return Number(row?.['left'] ?? 0)
  }

  #portals(query: string, bindings: readonly (string | number)[]): SqlRow[] {
    return hasTable(this.#db, 'portals') ? this.#db.all(query, ...bindings) : []
  }
}
