/** The program that each runtime runs: takes its environment from the process or the page, and reports there. */
import type * as SDK from '../../../packages/client/src/index.ts'
import { smoke, type Check, type Environment } from './checks.ts'
import { tryEventSource, type FetchEventSource } from './event-source.ts'

/** @param fetchEventSource of pages. */
export async function main(sdk: typeof SDK, fetchEventSource?: FetchEventSource): Promise<void> {
  if (!('document' in globalThis)) {
    console.log(JSON.stringify(await smoke(sdk, process.env as Environment)))
    return
  }
  const environment = JSON.parse(document.querySelector('#environment')!.textContent) as Environment
  const checks = await smoke(sdk, environment)
  if (fetchEventSource) checks.push(await tryEventSource(sdk, fetchEventSource, environment))
  if (environment.SMOKE_IMAGE === 'python') checks.push(await tryExample(sdk, environment))
  await fetch('/report', { method: 'POST', body: JSON.stringify(checks) })
}

/** Fills in the form of examples/browser, which is in a frame, and waits for its output. */
async function tryExample(sdk: typeof SDK, environment: Environment): Promise<Check> {
  const page = document.querySelector('iframe')!.contentDocument!
  const fill = (name: string, value: string): void => {
    page.querySelector<HTMLInputElement>(`[name=${name}]`)!.value = value
  }
  fill('endpoint', environment.BACKEND_ENDPOINT)
  fill('accessKey', environment.BACKEND_ACCESS_KEY)
  fill('secretKey', environment.BACKEND_SECRET_KEY)
  page.querySelector('form')!.requestSubmit()
  const output = page.querySelector('pre')!
  await until(() => /step 2\n|Error/.test(output.textContent))
  // The browser is ended after the last check: a session of its user would stay.
  const { sessions } = sdk.createClient(sdk.fromEnv(environment))
  await until(async () => (await sessions.list().page()).totalCount === 0)
  const isRight = output.textContent === 'step 0\nstep 1\nstep 2\n'
  return { name: 'example', ...(!isRight && { error: `It shows: ${output.textContent}` }) }
}

/** Up to a minute; what comes of it is then for the check to tell. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 60_000
  while (!(await holds()) && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 100))
}
