/** The common part of `pause` and `resume`: an act on the lane of a destination, in one portal or in all. */
import type { Command } from 'commander'
import type * as v from 'valibot'
import { LaneStateSchema, ProgressSchema } from '../../src/core/views/act-views.ts'
import { portalPath } from '../api/admin-client.ts'
import { addPlaceOptions, placeOf, type PlaceOptions } from '../options.ts'
import { addRelayCommand, openRelay, type RelayOptions, type Tools } from '../relay-command.ts'
import { countOf, stateWords } from '../terminal/words.ts'

/** An act on lanes. */
export interface LaneAct {
  readonly name: 'pause' | 'resume'
  readonly summary: string
}

/** Adds the command of an act. */
export function addLaneAct(program: Command, tools: Tools, { name, summary }: LaneAct): void {
  const command = addRelayCommand(program, {
    usage: `${name} <destination>`,
    summary,
    examples: [`${name} erp --portal acme.bitrix24.com`, `${name} erp --all-portals`],
  })
  addPlaceOptions(command).action(
    async (destination: string, options: RelayOptions & PlaceOptions) => {
      const portal = placeOf(options)
      const { client, printer } = openRelay(tools, options)
      const request = { method: 'POST' } as const
      const lane = encodeURIComponent(destination)
      if (portal === null) {
        const path = `/destinations/${lane}/${name}`
        const progress = await client.ask(path, ProgressSchema, request)
        if (printer.isJson) return printer.json(progress)
        return printer.line(`${name}d in ${progressText(progress)}.`)
      }
      const path = portalPath(portal, `/lanes/${lane}/${name}`)
      const answer = await client.ask(path, LaneStateSchema, request)
      if (printer.isJson) return printer.json(answer)
      return printer.line(`${destination} in ${portal}: `, stateWords(answer.state))
    },
  )
}

/** The progress of an order over all portals. */
export function progressText({
  portals,
  failed = 0,
  left = 0,
}: v.InferOutput<typeof ProgressSchema>): string {
  const rest = [
    failed > 0 ? [`${failed} did not answer`] : [],
    left > 0 ? [`${left} follow within minutes`] : [],
  ].flat()
  return [countOf(portals, 'portal'), ...rest].join(', ')
}
