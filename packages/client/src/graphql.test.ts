import { anonymous, createTransport, GraphQLError, InvalidRequestError } from '@backend-ai-sdk/core'
import { describe, expect, test } from 'vitest'

import { graphql, type TypedDocument } from './graphql.ts'

function transportTo(apiVersion: string, answer: () => Response) {
  const requests: { url: string; body: unknown }[] = []
  const fetch = async (input: RequestInfo | URL): Promise<Response> => {
    const request = input as Request
    requests.push({ url: request.url, body: await request.json() })
    return answer()
  }
  return { transport: createTransport({ endpoint: 'http://m', auth: anonymous(), apiVersion, fetch }), requests }
}

const standard = (answer: unknown) => transportTo('v7.20230615', () => Response.json(answer))

test('data', async () => {
  const { transport, requests } = standard({ data: { a: 1 } })
  expect(await graphql(transport, 'query { a }', { v: 2 })).toEqual({ a: 1 })
  expect(requests).toEqual([{ url: 'http://m/admin/gql', body: { query: 'query { a }', variables: { v: 2 } } }])
})

test('errors, with the data that there is', async () => {
  const errors = [{ message: 'no permission', path: ['b', 0] }, { message: 'more' }]
  const { transport } = standard({ data: { a: 1, b: null }, errors })
  const error = await graphql(transport, 'query Both { a b }', {}).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(GraphQLError)
  expect(error).toMatchObject({
    errors,
    data: { a: 1, b: null },
    operationName: 'Both',
    message: 'GraphQL Both: no permission (b.0); more',
  })
})

describe('before v6.20210815', () => {
  test('the old endpoint answers with the bare data', async () => {
    const { transport, requests } = transportTo('v6.20200815', () => Response.json({ a: 1 }))
    expect(await graphql(transport, 'query { a }', {})).toEqual({ a: 1 })
    expect(requests[0]!.url).toBe('http://m/admin/graphql')
  })

  test('and with a problem document for errors', async () => {
    const problem = {
      type: 'https://api.backend.ai/probs/graphql-error',
      title: 'GraphQL-generated error.',
      data: [{ message: 'bad' }],
    }
    const { transport } = transportTo('v6.20200815', () => Response.json(problem, { status: 400 }))
    const error = await graphql(transport, 'query { a }', {}).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'GraphQLError', errors: [{ message: 'bad' }], cause: { status: 400 } })
  })

  test('other problems stay what they are', async () => {
    const { transport } = transportTo('v6.20200815', () => Response.json({ title: 'x' }, { status: 400 }))
    await expect(graphql(transport, 'query { a }', {})).rejects.toThrow(InvalidRequestError)
  })
})

describe('documents', () => {
  // As GraphQL Code Generator writes them, in its three modes.
  const node = {
    kind: 'Document',
    definitions: [
      {
        kind: 'OperationDefinition',
        operation: 'query',
        name: { kind: 'Name', value: 'Own' },
        variableDefinitions: [
          {
            kind: 'VariableDefinition',
            variable: { kind: 'Variable', name: { kind: 'Name', value: 'n' } },
            type: { kind: 'NonNullType', type: { kind: 'NamedType', name: { kind: 'Name', value: 'String' } } },
          },
        ],
        selectionSet: {
          kind: 'SelectionSet',
          selections: [{ kind: 'Field', name: { kind: 'Name', value: 'a' } }],
        },
      },
    ],
  } as unknown as TypedDocument<{ a: number }, { n: string }>

  class DocumentString extends String {
    declare __apiType?: (variables: { n: string }) => { a: number }
  }

  test.each([
    ['a string', 'query Own($n: String!) { a }'],
    ['a string object', new DocumentString('query Own($n: String!) { a }')],
    ['a syntax tree', node],
  ])('as %s', async (_kind, document) => {
    const { transport, requests } = standard({ data: { a: 1 } })
    const { a } = await graphql<{ a: number }, { n: string }>(transport, document, { n: 'x' })
    expect(a).toBe(1)
    const { query } = requests[0]!.body as { query: string }
    expect(query.replaceAll(/\s+/g, ' ').trim()).toBe('query Own($n: String!) { a }')
  })
})
