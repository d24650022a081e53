/** Builders of installs: the application of acme.bitrix24.com, installed at `NOW`, unless a test says otherwise. */
import {
  NO_INSTALL,
  type ApplicationInstall,
  type InstallState,
} from '../../../src/core/access/installs/install.ts'
import { NOW } from '../time.ts'
import { CLIENT_ID, DOMAIN } from '../identity.ts'

/** An application that user 1 has installed; its pairs are not sealed texts. */
export function anApplication(partial: Partial<ApplicationInstall> = {}): ApplicationInstall {
  return {
    clientId: CLIENT_ID,
    domain: DOMAIN,
    clientEndpoint: 'https://acme.bitrix24.com/rest/',
    oauthUrl: 'https://oauth.bitrix.info',
    installerUserId: 1,
    systemUserId: null,
    applicationStatus: 'L',
    scope: 'crm',
    installedAt: NOW,
    finished: true,
    tokens: 'sealed-old',
    tokensIssuedAt: NOW / 1000,
    systemTokens: null,
    systemTokensIssuedAt: 0,
    ...partial,
  }
}

/** An install with this application and nothing else. */
export function anInstall(application: Partial<ApplicationInstall> = {}): InstallState {
  return { ...NO_INSTALL, application: anApplication(application) }
}
