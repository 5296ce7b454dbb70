/** One GraphQL request, answered as graphene and graphql-core do. */
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  parse,
  specifiedRules,
  validate,
  type ValidationRule,
} from 'graphql'

import { BoundedMap } from '../bounded-map.ts'
import { Problem } from '../problems.ts'
import type { Profile } from '../profiles.ts'
import { type GraphContext, resolvers } from './resolvers.ts'
import { loadSchema } from './schema.ts'

export interface GraphRequest {
  query: string
  variables: Record<string, unknown> | null
  operationName: string | null
}

interface FormattedError {
  message: string
  locations?: readonly { line: number; column: number }[]
  path?: readonly (string | number)[]
  extensions?: { code: string }
}

export interface GraphAnswer {
  data: unknown
  errors: FormattedError[]
}

/** Where it is switched off, every `__field` is refused, `__typename` too (334). */
const noIntrospection: ValidationRule = (context) => ({
  Field(node) {
    if (!node.name.value.startsWith('__')) return
    const message = `Cannot query '${node.name.value}': introspection is disabled.`
    context.reportError(new GraphQLError(message, { nodes: node }))
  },
})

/** Root fields without a resolver say so, rather than answer null. */
const resolveField: GraphQLFieldResolver<unknown, GraphContext> = (source, args: unknown, context, info) => {
  const isRoot = info.path.prev === undefined
  const value = (source as Record<string, unknown>)[info.fieldName]
  if (isRoot && value === undefined) throw new Error(`The emulator does not implement ${info.fieldName}.`)
  if (typeof value !== 'function') return value
  return (value as (args: unknown, context: GraphContext) => unknown)(args, context)
}

/** Programs send the same few texts again and again, and validating one takes longer than all else that is done with it. */
const validDocuments = new WeakMap<GraphQLSchema, BoundedMap<string, DocumentNode>>()

/** The document of a text, or what is wrong with it. */
function read(query: string, schema: GraphQLSchema, profile: Profile): DocumentNode | readonly GraphQLError[] {
  const valid = validDocuments.get(schema) ?? new BoundedMap(100)
  validDocuments.set(schema, valid)
  const known = valid.get(query)
  if (known) return known
  let document: DocumentNode
  try {
    document = parse(query)
  } catch (error) {
    // Without introspection the text is parsed outside of what handles errors (335).
    if (!profile.graphql.introspection || !(error instanceof GraphQLError)) throw new Problem('internal-server-error')
    return [error]
  }
  const rules = profile.graphql.introspection ? specifiedRules : [...specifiedRules, noIntrospection]
  const errors = validate(schema, document, rules)
  return errors.length > 0 ? errors : valid.add(query, document)
}

export async function executeGraph(request: GraphRequest, context: GraphContext): Promise<GraphAnswer> {
  const { profile } = context.cluster
  const schema = await loadSchema(profile.name)
  const document = read(request.query, schema, profile)
  if (!('kind' in document)) return { data: null, errors: document.map((error) => format(error, profile)) }
  const result: ExecutionResult = await execute({
    schema,
    document,
    rootValue: resolvers,
    contextValue: context,
    variableValues: request.variables ?? {},
    operationName: request.operationName,
    fieldResolver: resolveField,
  })
  return { data: result.data ?? null, errors: (result.errors ?? []).map((error) => format(error, profile)) }
}

function format(error: GraphQLError, profile: Profile): FormattedError {
  const { originalError } = error
  // What comes from a resolver has a path; all else is the library's.
  const isOwn = error.path === undefined
  const message = originalError instanceof Problem ? originalError.text : error.message
  const code = originalError instanceof Problem ? originalError.code : 'backendai_generic_internal-error'
  return {
    message: isOwn && profile.graphql.quotes === "'" ? requote(message) : message,
    ...(error.locations ? { locations: error.locations.map(({ line, column }) => ({ line, column })) } : {}),
    ...(error.path ? { path: error.path } : {}),
    // Errors of parsing and validating have no code (protocol 04 §1.3).
    ...(profile.problems.errorCode && !isOwn ? { extensions: { code } } : {}),
  }
}

/** graphql-core writes names in single quotes, and what it found as it stands in the document. */
const requote = (message: string): string =>
  message.replaceAll(/(found )?"([^"]*)"/g, (text, found: string | undefined, inner: string) =>
    found ? text : `'${inner}'`,
  )
