/** Programs as processes of their own, which tell by a message that they listen. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface Started<Message> extends AsyncDisposable {
  readonly message: Message
}

export async function start<Message>(url: string, args: readonly string[] = []): Promise<Started<Message>> {
  const child = fork(fileURLToPath(url), args, { execArgv: ['--conditions=backend-ai-source'] })
  const exited = once(child, 'exit')
  const message = await Promise.race([
    once(child, 'message').then(([message]) => message as Message),
    exited.then(([code]) => Promise.reject(new Error(`${url} ended with ${code}.`))),
  ])
  return {
    message,
    async [Symbol.asyncDispose]() {
      child.kill()
      await exited
    },
  }
}
