import { expect, test } from 'vitest'

import { type Question, Questions } from './questions.ts'

function setUp() {
  const said: string[] = []
  const questions = new Questions((isPassword) => said.push(isPassword ? 'password?' : 'input?'))
  const question = (name: string, isPassword = false): Question => ({
    isPassword,
    answer: (text) => said.push(`${name}: ${text}`),
  })
  return { said, questions, question }
}

test('poses one question after another, and says nothing while input() runs', async () => {
  const { said, questions, question } = setUp()
  questions.ask(question('first'))
  questions.ask(question('second', true))
  expect(said).toEqual(['input?'])
  questions.input('a')
  expect(said).toEqual(['input?', 'first: a'])
  await Promise.resolve()
  expect(said).toEqual(['input?', 'first: a', 'password?'])
})

test('keeps lines that come too early, but says that somebody waited', async () => {
  const { said, questions, question } = setUp()
  questions.input('a')
  questions.input('b')
  questions.ask(question('first'))
  questions.ask(question('second'))
  await Promise.resolve()
  expect(said).toEqual(['input?', 'first: a', 'input?', 'second: b'])
})

test('a question that is withdrawn makes way for the next', () => {
  const { said, questions, question } = setUp()
  const first = question('first')
  questions.ask(first)
  questions.ask(question('second', true))
  questions.withdraw(first)
  questions.input('a')
  expect(said).toEqual(['input?', 'password?', 'second: a'])
})

test('forgets who waited at the end of a run', () => {
  const { said, questions, question } = setUp()
  questions.ask(question('first'))
  questions.clear()
  questions.input('kept')
  questions.ask(question('second'))
  expect(said).toEqual(['input?', 'input?', 'second: kept'])
})
