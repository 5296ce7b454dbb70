/** `logout`: of a webserver; the login is forgotten whatever the server says. */
import { connectForLogin } from '../../connection.ts'
import type { Context } from '../../context.ts'

export default async function logout(context: Context): Promise<number> {
  const { output, signal } = context
  const connection = await connectForLogin(context, 'logout')
  if (!connection) return 1
  try {
    await connection.client.auth.logout({ signal })
  } finally {
    await connection.logins.set(undefined)
  }
  output.status('done', 'Logout done.')
  return 0
}
