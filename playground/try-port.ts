/** Whether `npm start` can have a port, and what is said about one that it cannot have. */
import { err, ok } from '../src/core/result.ts'
import type { Result } from '../src/core/result.ts'
import { startLocalServer } from './local-server.ts'

/** Whether the port is free; the error is a sentence for the person. Port 0 is always free. */
export async function tryPort(port: number): Promise<Result<null, string>> {
  try {
    const server = await startLocalServer(async () => {}, port)
    await server.close()
    return ok(null)
  } catch (error) {
    return err(explainPort(port, error))
  }
}

/** Says why a port cannot be used, and what to do instead. */
export function explainPort(port: number, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  const why =
    code === 'EADDRINUSE'
      ? 'another program uses it'
      : code === 'EACCES'
        ? 'this user may not: take one from 1024 on'
        : code
  return `Cannot use the port ${port}: ${why}. Without --port a free one is taken`
}
