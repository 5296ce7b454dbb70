/** `/admin/graphql` and `/admin/gql` (protocol 04 §1.1–1.3). */
import { dictionary, nullable, optional, required, text } from '../checks.ts'
import { type Context, json, type Routes } from '../context.ts'
import type { Json } from '../formats/json.ts'
import { executeGraph, type GraphAnswer } from '../graphql/execute.ts'
import { Problem } from '../problems.ts'

export const graphql: Routes = (profile) => [
  { method: 'POST', path: '/admin/graphql', role: 'user', handle: legacy },
  ...(profile.graphql.standardEndpoint
    ? [{ method: 'POST' as const, path: '/admin/gql', role: 'user' as const, handle: standard }]
    : []),
]

async function answer(context: Context): Promise<GraphAnswer> {
  const string = text(context.profile)
  const fields = {
    query: required(string, 'query'),
    variables: optional(nullable(dictionary), null, 'variables'),
    operation_name: optional(nullable(string), null, 'operation_name', 'operationName'),
  }
  const params = await context.read(fields, 'GraphQLRequest', 'body')
  const request = { query: params.query, variables: params.variables, operationName: params.operation_name }
  return executeGraph(request, { cluster: context.cluster, requester: context.requester })
}

/** Partial data stays beside the errors. */
async function standard(context: Context): Promise<Response> {
  const { data, errors } = await answer(context)
  const shown = errors.length > 0 ? { errors } : context.profile.graphql.errorsAlways ? { errors: null } : {}
  return json({ data, ...shown })
}

/** Any error makes it a 400, and the data are lost. */
async function legacy(context: Context): Promise<Response> {
  const { data, errors } = await answer(context)
  if (errors.length > 0) throw new Problem('graphql-error', { data: errors as unknown as Json })
  return json(context.profile.graphql.bareData ? data : { data, errors: null })
}
