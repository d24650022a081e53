/**
 * Asks a portal about the relay's own installation there. The answer proves nothing about the portal itself;
 * `askAppInfo` in servers/oauth.ts asks for such a proof.
 */
import { err, ok } from '../../core/result.ts'
import type { Result } from '../../core/result.ts'
import { isJsonObject } from '../wire/json.ts'
import type { CallPortal } from '../servers/rest-client.ts'
import { MALFORMED_ANSWER, type RestError } from '../servers/rest-error.ts'

/**
 * Asks whether the installation is finished, by INSTALLED in the portal's own `app.info`. Before an
 * application with an interface has called `BX24.installFinish()`, the portal accepts bindings but sends no
 * event (docs/bitrix24.md#unfinished-install).
 */
export async function askInstalled(call: CallPortal): Promise<Result<boolean, RestError>> {
  const answer = await call('app.info')
  if (!answer.ok) return answer
  const { result } = answer.value
  const flag = isJsonObject(result) ? result['INSTALLED'] : undefined
  const word = typeof flag === 'string' ? flag.toLowerCase() : flag
  if ([true, 1, '1', 'y', 'true'].some((yes) => yes === word)) return ok(true)
  if ([false, 0, '0', 'n', 'false'].some((no) => no === word)) return ok(false)
  return err(MALFORMED_ANSWER)
}
