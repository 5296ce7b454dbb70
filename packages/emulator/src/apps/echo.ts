/** An app that says what it is told. */
import type { AppConnection } from './connection.ts'

export function echo(connection: AppConnection): void {
  connection.ondata = (bytes) => {
    if (!connection.write(bytes)) connection.pause()
  }
  connection.ondrain = () => connection.resume()
  connection.onend = () => connection.close()
  connection.resume()
}
