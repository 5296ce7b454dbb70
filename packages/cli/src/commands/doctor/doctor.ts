/** `doctor`: `client.diagnose()` for people. */
import type { Finding } from '@backend-ai-sdk/client'

import { connect } from '../../connection.ts'
import type { Context } from '../../context.ts'

export default async function doctor(context: Context): Promise<number> {
  const { output, options, signal } = context
  const { client } = connect(context)
  const diagnosis = await client.diagnose({ signal })
  const { endpoint, findings, isHealthy, mode, server } = diagnosis
  if (options.output === 'json') {
    const items = findings.map(({ code, severity, message }) => ({ code, severity, message }))
    await output.json({ endpoint, mode, healthy: isHealthy, release: server?.release ?? null, findings: items })
    return isHealthy ? 0 : 1
  }
  await output.heading('info', `${endpoint} (${mode === 'keys' ? 'keys' : 'login'})`)
  if (server) await output.heading('done', `Backend.AI ${server.release}, spoken with as ${server.apiVersion}`)
  for (const finding of findings)
    await output.heading(finding.severity === 'error' ? 'fail' : 'warn', sentenceOf(finding))
  if (isHealthy) await output.heading('done', 'Calls can work.')
  return isHealthy ? 0 : 1
}

/** What a program would call, a person types. */
const sentenceOf = ({ code, message }: Finding): string =>
  code === 'not-logged-in'
    ? 'Nobody is logged in: `backend.ai login`.'
    : message.replace('`auth: cookie()`', 'BACKEND_ENDPOINT_TYPE=session and `backend.ai login`')
