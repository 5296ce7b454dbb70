/** `login`: at a webserver (protocol 05 §6.4). */
import type { Client, LoginResult } from '@backend-ai-sdk/client'

import { connectForLogin } from '../../connection.ts'
import type { Context } from '../../context.ts'
import { LineReader } from '../../terminal.ts'
import type { LoginFlags } from './command.ts'

export default async function login(context: Context, flags: LoginFlags): Promise<number> {
  const { host, output, signal } = context
  // Before anything is asked: nobody types a password for a manager, which takes none, or for a server that is down.
  const connection = await connectForLogin(context, 'login')
  if (!connection) return 1
  const { client, logins } = connection
  await client.auth.loginCheck({ signal })
  const input = new LineReader(context)
  try {
    const username = host.env['BACKEND_USER'] ?? (await ask(context, input, 'User ID: '))
    if (!username) return failed(context, 'There is no user ID.')
    const password = flags.passwordStdin
      ? await input.read()
      : (host.env['BACKEND_PASSWORD'] ?? (await input.read({ hidden: true, prompt: 'Password: ' })))
    if (!password) return failed(context, 'There is no password.')
    logins.username = username
    const result = await logInWith({ context, client, input, flags, credentials: { username, password } })
    if (result.type !== 'ok') return failed(context, reasonOf(result))
    output.status('done', 'Login succeeded.')
    return 0
  } finally {
    signal.throwIfAborted()
    input.close()
  }
}

interface Attempt {
  context: Context
  client: Client
  input: LineReader
  flags: LoginFlags
  credentials: { username: string; password: string }
}

/** Asks for what the server asks for; a code that is wrong is asked for once more. */
async function logInWith({ context, client, input, flags, credentials }: Attempt): Promise<LoginResult> {
  const { signal } = context
  let { otp } = flags
  for (let asked = 0; ; asked++) {
    const force = flags.force
    const result = await client.auth.login({ ...credentials, force, signal, ...(otp !== undefined && { otp }) })
    if (result.type === 'otp-registration-required') otp = await register(context, client, input, result.token)
    else if (result.type === 'otp-required' && asked < 2)
      otp = await input.read({ hidden: true, prompt: 'One-time Password: ' })
    else return result
    if (!otp) return result
  }
}

async function register(
  context: Context,
  client: Client,
  input: LineReader,
  token: string,
): Promise<string | undefined> {
  const { output, signal } = context
  const { key, uri } = await client.auth.registerOtp(token, { signal })
  output.status('info', `A second factor is required. Add this key to an authenticator app: ${key}\n${uri}`)
  const otp = await input.read({ hidden: true, prompt: 'One-time Password: ' })
  if (otp) await client.auth.confirmOtp({ token, otp, signal })
  return otp
}

function reasonOf(result: Exclude<LoginResult, { type: 'ok' }>): string {
  switch (result.type) {
    case 'blocked':
      return `Too many failures: wait ${Math.ceil(result.wait / 60_000)} minutes, and each further attempt begins the wait anew.`
    case 'active-session':
      return `${result.reason}\nThe user is logged in elsewhere; --force ends that login.`
    case 'password-expired':
      return `${result.reason}\nThe password is too old: \`backend.ai update-password\` changes it.`
    case 'otp-required':
      return result.isWrong ? 'The one-time password is wrong.' : 'A one-time password is required.'
    case 'otp-registration-required':
      return 'A second factor is to be registered first.'
    case 'rejected':
    default:
      return result.reason
  }
}

function failed({ output }: Context, reason: string): number {
  output.status('fail', 'Login failed.')
  output.status('fail', reason)
  return 1
}

async function ask({ output }: Context, input: LineReader, prompt: string): Promise<string | undefined> {
  await output.write(prompt)
  return (await input.read())?.trim()
}
