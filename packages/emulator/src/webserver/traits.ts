/** What differs per release at the webserver (protocol 01 §5.10; numbers are recordings of that release's cluster). */
import type { ProfileName } from '../profiles.ts'

export interface WebserverTraits {
  /** Status of what the manager rejects, logins and new passwords: always 200, or its own since 26.4 (23.9: 417; 26.9: 158). */
  failedLogin: 'ok' | 'manager'
  /** Of a login beside name and password, such as `otp`, since 22.09.14. */
  takesMoreFields: boolean
  /** `X-BackendAI-SessionID` in place of the cookie, since 22.09.5. */
  takesSessionHeader: boolean
  /** The same header in answers: of new sessions (417), since 25.13 of every one that is saved (160). */
  tellsSession: 'never' | 'new' | 'saved'
  /** `Expires` of the cookie, since 24.09 in a form that is no cookie's (158). */
  expires: 'cookie' | 'iso'
  /** Since 26.4.3. */
  isSecure: boolean
  /** The manager's session token is the session's id, since 26.4.2. */
  takesManagerToken: boolean
  logoutStatus: 200 | 201
  /** A second factor is registered without a login, since 25.9. */
  registersFactors: boolean
  /** Since 24.09, 22.09.22 and 22.03.8. */
  extendsSessions: boolean
  changesExpiredPasswords: boolean
  takesEncodedBodies: boolean
  /** Problems of the manager, made anew up to 25.13 (424) or as they are (166). */
  problems: 'rebuilt' | 'passed-on'
  /** What counts towards the block: every rejection, or since 26.4 those of the password. */
  countedFailures: 'all' | 'unauthorized'
  /** Paths that may become a WebSocket; since 25.13.3 any. */
  upgrades: 'stream' | 'any'
}

const release2009: WebserverTraits = {
  failedLogin: 'ok',
  takesMoreFields: false,
  takesSessionHeader: false,
  tellsSession: 'never',
  expires: 'cookie',
  isSecure: false,
  takesManagerToken: false,
  logoutStatus: 201,
  registersFactors: false,
  extendsSessions: false,
  changesExpiredPasswords: false,
  takesEncodedBodies: false,
  problems: 'rebuilt',
  countedFailures: 'all',
  upgrades: 'stream',
}

const release2309: WebserverTraits = {
  ...release2009,
  takesMoreFields: true,
  takesSessionHeader: true,
  tellsSession: 'new',
  changesExpiredPasswords: true,
  takesEncodedBodies: true,
}

export const webserverTraits: Readonly<Record<ProfileName, WebserverTraits>> = {
  '20.09': release2009,
  '23.09': release2309,
  '26.9': {
    ...release2309,
    failedLogin: 'manager',
    tellsSession: 'saved',
    expires: 'iso',
    isSecure: true,
    takesManagerToken: true,
    logoutStatus: 200,
    registersFactors: true,
    extendsSessions: true,
    problems: 'passed-on',
    countedFailures: 'unauthorized',
    upgrades: 'any',
  },
}
