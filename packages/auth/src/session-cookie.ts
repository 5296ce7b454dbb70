/** What answers say of the session (protocol 01 §5.2). */

const pair = /^AIOHTTP_SESSION="?([^";\s]*)"?/

/** Whether a `Cookie` header has one. */
export const hasCookie = (cookies: string): boolean => /(?:^|;\s*)AIOHTTP_SESSION=[^;]/.test(cookies)

/** `ID` or `ID; Secure`; empty where it has ended, undefined where nothing is said. */
export function readCookie(headers: Headers): string | undefined {
  for (const cookie of headers.getSetCookie()) {
    const id = pair.exec(cookie)?.[1]
    if (id === undefined) continue
    return id !== '' && /;\s*Secure\s*(?:;|$)/i.test(cookie) ? `${id}; Secure` : id
  }
  // Pages see no cookies; the header comes with new logins, since 25.13 with all.
  return headers.get('X-BackendAI-SessionID') ?? undefined
}
