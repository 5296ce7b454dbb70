/** `/totp`: registering a second factor, with the token that a login got or as its user (protocol 01 §3.6). */
import { sameText } from '../auth/hmac.ts'
import { required, text } from '../checks.ts'
import { type Context, json, type Routes } from '../context.ts'
import { Problem } from '../problems.ts'
import type { User } from '../state.ts'

export const totp: Routes = (profile) =>
  profile.authorizeFields === 'plain'
    ? []
    : [
        { method: 'GET', path: '/totp', role: 'anyone', handle: () => json({ totp_enabled: true }) },
        { method: 'POST', path: '/totp/anon', role: 'anyone', handle: begin },
        { method: 'POST', path: '/totp/anon/verify', role: 'anyone', handle: finish },
      ]

/** Of one user, until it is registered. */
export const registrationToken = (user: User): string => `register-${user.id}`

async function begin(context: Context): Promise<Response> {
  const user = await userOf(context)
  const key = 'JBSWY3DPEHPK3PXP'
  return json({ totp_key: key, totp_uri: `otpauth://totp/Backend.AI:${encodeURIComponent(user.email)}?secret=${key}` })
}

async function finish(context: Context): Promise<Response> {
  const user = await userOf(context)
  const { otp } = await context.read({ otp: required(text(context.profile), 'otp') }, 'VerifyTOTPRequest', 'body')
  if (!user.otp || !sameText(user.otp.code, otp)) {
    throw new Problem('totp-auth-failed', { msg: 'Invalid TOTP code provided.' })
  }
  user.otp.isRegistered = true
  return json({ success: true })
}

async function userOf(context: Context): Promise<User> {
  const fields = { token: required(text(context.profile), 'registration_token') }
  const { token } = await context.read(fields, 'AnonymousTOTPRequest', 'body')
  for (const user of context.cluster.state.users.values())
    if (user.otp && !user.otp.isRegistered && sameText(registrationToken(user), token)) return user
  throw new Problem('bad-request', { msg: 'Invalid registration token.' })
}
