/** `resume`: lets a lane go on at once, a paused one and a disabled one. */
import type { Command } from 'commander'
import type { Tools } from '../relay-command.ts'
import { addLaneAct } from './lane-act.ts'

/** Adds the command. */
export function addResume(program: Command, tools: Tools): void {
  addLaneAct(program, tools, {
    name: 'resume',
    summary: 'let the lane of a destination go on at once, a paused one and a disabled one',
  })
}
