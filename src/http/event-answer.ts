/** The answer of the intake as JSON, for the routes that no person reads. */
import type { IntakeAnswer } from '../edge/intake-answer.ts'
import { errorResponse } from './error-response.ts'

/** Turns the answer of the intake into that of the HTTP contract. */
export function eventAnswer(answer: IntakeAnswer): Response {
  switch (answer.kind) {
    case 'stored':
      return Response.json({
        accepted: true,
        sequence: answer.sequence,
        ...(answer.duplicate ? { duplicate: true } : {}),
        ...(answer.quarantined ? { quarantined: true } : {}),
      })
    case 'spilled':
      return Response.json({ accepted: true, via: 'spill' })
    case 'accepted':
      return Response.json({ accepted: true })
    case 'pending':
      return Response.json({ accepted: true, pending: true })
    case 'refused':
      return errorResponse(answer.code)
  }
}
