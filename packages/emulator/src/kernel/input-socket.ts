/** Where programs that a kernel starts ask for a line of input: a socket with a path, one question a connection. */
import { createServer, type Socket } from 'node:net'

import type { Question } from './questions.ts'

export interface ProgramQuestion extends Question {
  /** The program no longer waits. */
  withdrawn: Promise<void>
}

/** Listens at a path; each program that connects has written its prompt before. */
export async function listenForQuestions(
  path: string,
  onQuestion: (question: ProgramQuestion) => void,
): Promise<() => void> {
  const connections = new Set<Socket>()
  const server = createServer((connection) => {
    connections.add(connection)
    const withdrawn = new Promise<void>((resolve) => connection.once('close', resolve))
    void withdrawn.then(() => connections.delete(connection))
    connection.on('error', () => {})
    connection.once('data', (request) => {
      // Any program may write here what it likes.
      const isPassword = request.includes('"isPassword": true')
      onQuestion({ isPassword, answer: (text) => connection.end(JSON.stringify({ text })), withdrawn })
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  return () => {
    server.close()
    for (const connection of connections) connection.destroy()
  }
}
