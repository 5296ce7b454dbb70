/** What each recipe is tried with, and which of it worked. Runs on every runtime, beside the recipe. */
import type { Client } from '../../packages/client/src/index.ts'

/** The reason of what did not work. */
export interface Outcome {
  calls?: string
  socket?: string
}

/** Prints the outcome. */
export async function trial(client: Client): Promise<void> {
  const { TRIAL_IMAGE: image = '', TRIAL_CODE: code = '', TRIAL_OUTPUT: expected } = process.env
  const outcome: Outcome = {}
  let isOpen = false
  let refusal: unknown
  const tried = client.with({
    retry: false,
    timeouts: { connect: 5000, total: 10_000 },
    hooks: {
      stream({ state, error }) {
        isOpen ||= state === 'open'
        refusal ??= error
      },
    },
  })
  try {
    await tried.sessions.list().page()
    const session = await tried.sessions.create({ image, slots: { cpu: 1, mem: '512m' } })
    try {
      // Its results are polled.
      expect(await session.run(code, { resumable: true }).text(), expected)
      expect(isOpen, false)
      try {
        expect(await session.run(code).text(), expected)
        expect(isOpen, true)
      } catch (error) {
        // Where no socket can be opened, runs are polled by themselves.
        outcome.socket = String(refusal ?? error)
      }
    } finally {
      await session.destroy()
    }
  } catch (error) {
    outcome.calls = String(error)
    outcome.socket ??= 'not tried'
  }
  console.log(JSON.stringify(outcome))
}

function expect(actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Error(`${JSON.stringify(actual)} is not ${JSON.stringify(expected)}`)
}
