import { isAtLeast, type CallOptions, type Transport } from '@backend-ai-sdk/core'

/**
 * Whether a session is over. Its sockets close in the same way for its end and for a restart of the manager, a
 * webserver hides the codes (protocol 02, trap 43), and release 26.9.6 leaves terminals open. GraphQL, because a read
 * by REST counts as a use of the session. What cannot be learnt is taken for no.
 */
export async function hasEnded(transport: Transport, sessionId: string, { signal }: CallOptions): Promise<boolean> {
  const query = 'query($id: UUID!) { compute_session(id: $id) { status } }'
  interface Data {
    compute_session?: { status: string } | null
  }
  try {
    // Older servers answer on another endpoint, with the bare data (protocol 04 §1.4).
    const isStandard = isAtLeast(await transport.server({ signal }), 'v6.20210815')
    const answer = await transport.request<Data & { data?: Data }>({
      method: 'POST',
      path: isStandard ? '/admin/gql' : '/admin/graphql',
      json: { query, variables: { id: sessionId } },
      signal,
      timeout: 10_000,
      retry: false,
    })
    const { compute_session: session } = answer.data ?? answer
    if (session === undefined) return false
    const { status } = session ?? { status: 'TERMINATED' }
    return ['TERMINATING', 'TERMINATED', 'CANCELLED', 'ERROR'].includes(status)
  } catch {
    return false
  }
}
