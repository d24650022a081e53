/** Options that several commands have, and how their values are read. */
import { InvalidArgumentError, type Command } from 'commander'
import { EXIT } from './exit-codes.ts'
import { Fault } from './fault.ts'

/** A number from 1 to `most`. */
export function countUpTo(most: number): (text: string) => number {
  return (text) => {
    const count = countOption(text)
    if (count > most) throw new InvalidArgumentError(`It must be ${most} at most.`)
    return count
  }
}

/** A number from 1 on. */
export function countOption(text: string): number {
  const count = /^[0-9]{1,15}$/.test(text) ? Number(text) : 0
  if (count < 1) throw new InvalidArgumentError('It must be a number from 1 on.')
  return count
}

/** The portals that an act on a destination concerns. */
export interface PlaceOptions {
  readonly portal?: string
  readonly allPortals?: true
}

/** Adds the options that say which portals an act on a destination concerns. */
export function addPlaceOptions(command: Command): Command {
  return command
    .option('--portal <portal>', 'only in this portal, by its member id or its domain')
    .option('--all-portals', 'in all portals')
}

/** The one portal, or null for all; neither or both is a fault, so that nothing is done everywhere by mistake. */
export function placeOf({ portal, allPortals }: PlaceOptions): string | null {
  if ((portal === undefined) === (allPortals === undefined)) {
    throw new Fault(EXIT.usage, 'Say where: either --portal <portal> or --all-portals')
  }
  return portal ?? null
}
