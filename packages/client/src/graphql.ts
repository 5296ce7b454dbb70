/** GraphQL documents, on whichever endpoint the release has (protocol 04 §1). */
import { APIError, GraphQLError, isAtLeast } from '@backend-ai-sdk/core'
import type { CallOptions, GraphQLErrorDetail, Transport } from '@backend-ai-sdk/core'

/**
 * A document with the types of its result and variables, as GraphQL Code Generator makes it: a `TypedDocumentNode`, a
 * `TypedDocumentString`, or a plain string.
 */
export type TypedDocument<Result, Variables> = (string | { toString(): string }) & {
  __apiType?: ((variables: Variables) => Result) | undefined
}

export interface GraphQLOptions extends CallOptions {
  /** For documents with several operations. */
  operationName?: string
}

/**
 * @throws GraphQLError with the errors and, where there is any, the partial data. An answer with errors is never
 *   returned as if it were whole.
 */
export async function graphql<Result, Variables>(
  transport: Transport,
  document: TypedDocument<Result, Variables>,
  variables: Variables,
  { operationName, ...options }: GraphQLOptions = {},
): Promise<Result> {
  const query = await documentText(document)
  // Older servers answer on another endpoint (protocol §1.4).
  const standard = isAtLeast(await transport.server(options), 'v6.20210815')
  const json = { query, variables, ...(operationName && { operationName }) }
  if (!standard) return requestOldEndpoint(transport, json, options)
  const path = '/admin/gql'
  const answer = await transport.request<{ data?: Result | null; errors?: GraphQLErrorDetail[] }>({
    method: 'POST',
    path,
    json,
    ...options,
  })
  if (answer.errors?.length) throw new GraphQLError(answer.errors, answer.data ?? undefined, nameOf(json))
  return answer.data as Result
}

// Answers with the bare data, and with a problem document for errors.
async function requestOldEndpoint<Result>(
  transport: Transport,
  json: Operation,
  options: CallOptions,
): Promise<Result> {
  try {
    return await transport.request<Result>({ method: 'POST', path: '/admin/graphql', json, ...options })
  } catch (error) {
    if (error instanceof APIError && error.problemType.endsWith('/graphql-error') && Array.isArray(error.data))
      throw new GraphQLError(error.data as GraphQLErrorDetail[], undefined, nameOf(json), { cause: error })
    throw error
  }
}

interface Operation {
  query: string
  operationName?: string
}

const nameOf = ({ query, operationName }: Operation): string | undefined =>
  operationName ?? /\b(?:query|mutation|subscription)\s+(\w+)/.exec(query)?.[1]

async function documentText(document: string | { toString(): string }): Promise<string> {
  if (typeof document === 'object' && 'kind' in document) {
    const { print } = await import('./graphql-print.ts')
    return print(document as unknown as Parameters<typeof print>[0])
  }
  return String(document)
}
