/** Who is logged in at the webserver, and who has failed to (protocol 01 §5.2–5.3). */
import type { Role } from '../options.ts'

export interface LoginSession {
  id: string
  expiresAt: number
  /** Null: a login that was rejected leaves a session too. */
  user: { accessKey: string; role: Role; status: string; managerToken: string | null } | null
}

interface Failures {
  count: number
  latest: number
}

export class LoginSessions {
  readonly #clock: () => number
  readonly #sessions = new Map<string, LoginSession>()
  readonly #failures = new Map<string, Failures>()

  constructor(clock: () => number) {
    this.#clock = clock
  }

  find(id: string): LoginSession | undefined {
    const session = this.#sessions.get(id)
    if (!session || session.expiresAt > this.#clock()) return session
    this.#sessions.delete(id)
    return undefined
  }

  save(session: LoginSession): void {
    this.#sessions.set(session.id, session)
  }

  end(id: string): void {
    this.#sessions.delete(id)
  }

  /** Asking prolongs the block, as the webserver has it. */
  isBlocked(username: string, allowed: number, blockTime: number): boolean {
    const failures = this.#failures.get(username)
    const now = this.#clock()
    if (!failures) return false
    if (now - failures.latest > blockTime) {
      this.#failures.delete(username)
      return false
    }
    if (failures.count < allowed) return false
    failures.latest = now
    return true
  }

  countFailure(username: string): void {
    const count = (this.#failures.get(username)?.count ?? 0) + 1
    this.#failures.set(username, { count, latest: this.#clock() })
  }

  forgetFailures(username: string): void {
    this.#failures.delete(username)
  }
}
