/** `update-password`: asked for and not given as arguments, which others on the machine can read. */
import { connectForLogin } from '../../connection.ts'
import type { Context } from '../../context.ts'
import { LineReader } from '../../terminal.ts'

export default async function updatePassword(context: Context): Promise<number> {
  const { host, output, signal } = context
  const connection = await connectForLogin(context, 'update-password')
  if (!connection) return 1
  const { client } = connection
  const { isLoggedIn } = await client.auth.loginCheck({ signal })
  const input = new LineReader(context)
  try {
    let username = host.env['BACKEND_USER']
    if (!isLoggedIn && !username) {
      await output.write('User ID: ')
      username = (await input.read())?.trim()
    }
    const oldPassword = await input.read({ hidden: true, prompt: 'Old password: ' })
    const newPassword = await input.read({ hidden: true, prompt: 'New password: ' })
    const again = await input.read({ hidden: true, prompt: 'New password, again: ' })
    if (!oldPassword || !newPassword || (!isLoggedIn && !username)) {
      output.status('fail', 'Nothing was changed: a password is missing.')
      return 1
    }
    if (newPassword !== again) {
      output.status('fail', 'Nothing was changed: the new passwords differ.')
      return 1
    }
    const change = { oldPassword, newPassword, signal }
    if (isLoggedIn) await client.auth.updatePassword(change)
    else await client.auth.updatePasswordNoAuth({ ...change, username: username ?? '' })
    output.status('done', 'Password updated.')
    return 0
  } finally {
    input.close()
  }
}
