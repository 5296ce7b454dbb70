import { describe, expect, test } from 'vitest'

import * as errors from './errors.ts'
import { APIError, BackendAIError, isBackendAIError, NotFoundError, toAPIError } from './errors.ts'

const answer = (status: number, body?: unknown) => ({ status, method: 'POST', url: 'http://h/session', body })
const problem = (slug: string, more: object = {}) => ({
  type: `https://api.backend.ai/probs/${slug}`,
  title: 'Title.',
  ...more,
})

describe('answers become errors by problem type, then by status', () => {
  test.each([
    [400, problem('invalid-api-params'), errors.InvalidRequestError],
    [400, problem('invalid-auth-params', { msg: 'Date/time sync error' }), errors.ClockSkewError],
    [400, problem('invalid-auth-params', { msg: 'Malformed' }), errors.AuthenticationError],
    [400, problem('session-already-exists', { data: { existingSessionId: 'x' } }), errors.ConflictError],
    [400, problem('quota-exceeded'), errors.QuotaExceededError],
    [412, problem('quota-exceeded'), errors.QuotaExceededError],
    [412, problem('group-resource-quota-exceeded'), errors.QuotaExceededError],
    [400, problem('invalid-api-params', { msg: 'Unknown image reference: x' }), NotFoundError],
    [401, problem('auth-failed'), errors.AuthenticationError],
    [403, problem('generic-forbidden'), errors.PermissionDeniedError],
    [404, problem('object-not-found'), NotFoundError],
    [405, problem('method-not-allowed'), APIError],
    [409, problem('session-invalid-state'), errors.ConflictError],
    [429, problem('rate-limit-exceeded'), errors.TooManyRequestsError],
    [500, problem('internal-server-error'), errors.ServerError],
    [503, problem('server-frozen'), errors.MaintenanceError],
    [503, problem('service-unavailable'), errors.ServerError],
    [418, undefined, APIError],
    [500, '500: text of an old server', errors.ServerError],
    [404, null, NotFoundError],
    [400, [], errors.InvalidRequestError],
    [400, { type: 7, title: null, data: 1 }, errors.InvalidRequestError],
  ])('%i %j', (status, body, expected) => {
    const error = toAPIError(answer(status, body))
    expect(error.constructor).toBe(expected)
    expect(error.status).toBe(status)
  })

  test('all that the server said is kept', () => {
    const error = toAPIError(
      answer(500, {
        ...problem('kernel-execution-failed', { msg: 'Reason', error_code: 'kernel_execute_failed', data: { a: 1 } }),
        'agent-details': {
          type: 'https://api.backend.ai/probs/agent-failure',
          title: 'Agent failed.',
          exception: "KeyError('x')",
        },
      }),
    )
    expect(error).toMatchObject({
      problemType: 'https://api.backend.ai/probs/kernel-execution-failed',
      title: 'Title.',
      msg: 'Reason',
      errorCode: 'kernel_execute_failed',
      data: { a: 1 },
      agentDetails: { exception: "KeyError('x')" },
      method: 'POST',
      url: 'http://h/session',
      retryable: 'unknown',
    })
    expect(error.message).toBe("500 Title. Reason Agent: KeyError('x') (POST http://h/session)")
  })

  test('a page of a proxy is called that, with its first 2,048 characters', () => {
    const error = toAPIError(answer(502, `<html>${'x'.repeat(5000)}`))
    expect(error.message).toContain('502 This is not a Backend.AI answer: <html>')
    expect(error.message.length).toBeLessThan(2200)
    expect(error.data).toHaveLength(2048)
  })

  test.each([301, 308, 0])('a redirect (%i) says what to do', (status) => {
    expect(toAPIError(answer(status, '')).message).toContain('use its final address as the endpoint')
  })

  test.each([
    [429, true],
    [503, true],
    [500, 'unknown'],
    [400, false],
  ])('%i is retryable: %s', (status, retryable) => expect(toAPIError(answer(status)).retryable).toBe(retryable))
})

describe('the tree', () => {
  const classes = Object.values(errors).filter(
    (value): value is typeof APIError => typeof value === 'function' && value.prototype instanceof BackendAIError,
  )

  test('codes follow the names and are unique', () => {
    const codes = new Set<string>()
    for (const Class of classes) {
      const error = new Class((Class.name === 'GraphQLError' ? [] : answer(404)) as never)
      expect(error.name).toBe(Class.name)
      expect(error.code).toMatch(/^ERR_[A-Z_]+$/)
      codes.add(error.code)
    }
    expect(codes.size).toBe(classes.length)
    expect(classes.map(({ name }) => name).toSorted()).toEqual([
      'APIError',
      'AuthenticationError',
      'ClockSkewError',
      'ConfigError',
      'ConflictError',
      'EventStreamError',
      'ExecutionError',
      'GraphQLError',
      'InvalidRequestError',
      'MaintenanceError',
      'NetworkError',
      'NotFoundError',
      'PermissionDeniedError',
      'QuotaExceededError',
      'ResponseTooLargeError',
      'ServerError',
      'SessionBlockedError',
      'SessionEndedError',
      'StreamError',
      'TaskError',
      'TimeoutError',
      'TooManyRequestsError',
      'UnsupportedError',
      'WebSocketError',
    ])
    expect(toAPIError(answer(404)).code).toBe('ERR_NOT_FOUND')
  })
})

describe('isBackendAIError', () => {
  const error = toAPIError(answer(404, problem('object-not-found')))
  test('knows errors of this copy', () => expect(isBackendAIError(error)).toBe(true))
  test('knows errors of another copy', () => {
    class Copy extends Error {}
    expect(
      isBackendAIError(Object.defineProperty(new Copy(), Symbol.for('@backend-ai-sdk/error'), { value: true })),
    ).toBe(true)
  })
  test('knows structured clones', () => expect(isBackendAIError(structuredClone(error))).toBe(true))
  test('knows its plain form, which can be posted', () => {
    const plain = structuredClone(error.toJSON())
    expect(isBackendAIError(plain)).toBe(true)
    expect(plain).toMatchObject({ name: 'NotFoundError', code: 'ERR_NOT_FOUND', status: 404, message: error.message })
  })
  test.each([null, undefined, 'x', {}, new Error('x'), new TypeError('x'), { code: 'ENOENT' }])(
    '%j is none',
    (value) => {
      expect(isBackendAIError(value)).toBe(false)
    },
  )
})

test('the cause is kept', () => {
  const cause = new Error('inner')
  expect(new errors.NetworkError('outer', { cause }).cause).toBe(cause)
  expect('cause' in new errors.NetworkError('outer')).toBe(false)
})
