/** `pause`: stops a lane after the attempt that is under way. */
import type { Command } from 'commander'
import type { Tools } from '../relay-command.ts'
import { addLaneAct } from './lane-act.ts'

/** Adds the command. */
export function addPause(program: Command, tools: Tools): void {
  addLaneAct(program, tools, {
    name: 'pause',
    summary: 'stop the lane of a destination: its events wait',
  })
}
