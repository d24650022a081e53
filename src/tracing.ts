/**
 * The only user of the platform's traces. A span costs nothing while `observability.traces` is off, which it is unless
 * the operator switches it on (docs/metrics.md, "Traces").
 */
import { tracing } from 'cloudflare:workers'
import type { InSpan } from './core/in-span.ts'

/** Makes spans with the tracer of the platform. */
export function createInSpan(tracer: Pick<typeof tracing, 'enterSpan'>): InSpan {
  return (name, work) =>
    tracer.enterSpan(name, (span) => work((attributes) => void span.setAttributes(attributes)))
}

/** Does a piece of work in a span of Cloudflare's traces. */
export const inSpan: InSpan = createInSpan(tracing)
