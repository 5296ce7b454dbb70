/** `client.auth`: logging in at a webserver, and what users do with their own account. */
import type { CallOptions, Transport } from '@backend-ai-sdk/core'

export interface LoginOptions extends CallOptions {
  /** The e-mail address. */
  username: string
  password: string
  /** One-time password, where the first login was answered `otp-required`. */
  otp?: string
  /** Ends the oldest other login of the user, where the first one was answered `active-session`. Default false. */
  force?: boolean
  /**
   * Hides the body from a glance at plain http, since release 22.03.8. It is no encryption: all that it takes to read it
   * goes with it. Default false.
   */
  encoded?: boolean
}

export interface TokenLoginOptions extends CallOptions {
  token: string
  /** Under which the webserver expects it. Default `sToken`. */
  name?: string
}

export interface LoggedInUser {
  readonly accessKey: string
  /** `superadmin`, `admin`, `user` or `monitor`. */
  readonly role: string
  readonly status: string
}

/** What comes of a login: each of it something that a page can go on with. */
export type LoginResult =
  | { readonly type: 'ok'; readonly user: LoggedInUser }
  /** Again with `otp`. */
  | { readonly type: 'otp-required'; readonly isWrong: boolean; readonly reason: string }
  /** `registerOtp(token)`, `confirmOtp()`, then again with `otp`. Since release 25.9. */
  | { readonly type: 'otp-registration-required'; readonly token: string }
  /** The user is logged in elsewhere: again with `force`. Since release 26.4. */
  | { readonly type: 'active-session'; readonly reason: string }
  /** `updatePasswordNoAuth()`, then again. */
  | { readonly type: 'password-expired'; readonly reason: string }
  /** Too many failures; every further attempt begins the wait anew, milliseconds by what the server says or has by default. */
  | { readonly type: 'blocked'; readonly wait: number }
  /** In the server's words. */
  | { readonly type: 'rejected'; readonly reason: string; readonly problemType: string }

export type LoginCheck =
  | { readonly isLoggedIn: true; readonly user: LoggedInUser }
  | { readonly isLoggedIn: false; readonly user: undefined }

export interface AuthorizeOptions extends CallOptions {
  username: string
  password: string
  otp?: string
  domain?: string
}

export interface AccountKeys {
  readonly accessKey: string
  readonly secretKey: string
  readonly role: string
  readonly status: string
}

export interface SignupOptions extends CallOptions {
  email: string
  password: string
  username?: string
  fullName?: string
  description?: string
  domain?: string
}

export interface PasswordChange extends CallOptions {
  oldPassword: string
  newPassword: string
}

export interface Roles {
  readonly global: string
  readonly domain: string
  /** Where a project was asked for. */
  readonly project: string | undefined
}

export interface SSHKeypair {
  readonly publicKey: string
  readonly privateKey: string
}

export interface OtpRegistration {
  readonly key: string
  /** `otpauth://…`, to be shown as a QR code. */
  readonly uri: string
}

export class Auth {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /**
   * Logs in at a webserver. A client that is logged in already changes its user.
   *
   * @returns what has come of it; only what is no answer to a login is thrown.
   * @throws ConfigError where the endpoint is a manager. @throws NetworkError, ServerError.
   * @example
   * const result = await client.auth.login({ username, password })
   * if (result.type === 'otp-required') await client.auth.login({ username, password, otp })
   */
  async login(options: LoginOptions): Promise<LoginResult> {
    return (await logins()).login(this.#transport, options)
  }

  /** Logs in with the token of another system. */
  async tokenLogin(options: TokenLoginOptions): Promise<LoginResult> {
    return (await logins()).tokenLogin(this.#transport, options)
  }

  /** Whether somebody is logged in, and who. @throws ConfigError where the endpoint is a manager. */
  async loginCheck(options: CallOptions = {}): Promise<LoginCheck> {
    return (await logins()).loginCheck(this.#transport, options)
  }

  /** Of no effect where nobody is logged in. */
  async logout(options: CallOptions = {}): Promise<void> {
    return (await logins()).logout(this.#transport, options)
  }

  /** @returns until when the login lasts now. @throws AuthenticationError without one. @throws UnsupportedError before release 24.09. */
  async extendSession(options: CallOptions = {}): Promise<Date> {
    return (await logins()).extendSession(this.#transport, options)
  }

  /** The keys of a user, by password: of a manager, not through webservers. @throws AuthenticationError. */
  async authorize(options: AuthorizeOptions): Promise<AccountKeys> {
    return (await account()).authorize(this.#transport, options)
  }

  /** Has the server say a text, which only those can whose credentials are right. */
  async test(echo: string, options: CallOptions = {}): Promise<string> {
    return (await account()).test(this.#transport, echo, options)
  }

  /** @param options `project`: id of one whose role is asked for too. @throws NotFoundError for one of others. */
  async role(options: CallOptions & { project?: string } = {}): Promise<Roles> {
    return (await account()).role(this.#transport, options)
  }

  /** A new account; since release 25.19 inactive until an administrator lets it in. @throws InvalidRequestError for an address that has one. */
  async signup(options: SignupOptions): Promise<Pick<AccountKeys, 'accessKey' | 'secretKey'>> {
    return (await account()).signup(this.#transport, options)
  }

  /** Deactivates the own account and all its keys. @throws AuthenticationError or InvalidRequestError for a wrong password. */
  async signout(options: CallOptions & { email: string; password: string }): Promise<void> {
    return (await account()).signout(this.#transport, options)
  }

  /** @throws AuthenticationError for a wrong old password. @throws InvalidRequestError for a new one that is refused. */
  async updatePassword(options: PasswordChange): Promise<void> {
    return (await account()).updatePassword(this.#transport, options)
  }

  /**
   * For a password that has expired, without a login.
   *
   * @throws AuthenticationError for a wrong password. @throws InvalidRequestError where passwords do not expire.
   * @throws UnsupportedError before release 22.09.22.
   */
  async updatePasswordNoAuth(options: PasswordChange & { username: string; domain?: string }): Promise<void> {
    return (await account()).updatePasswordNoAuth(this.#transport, options)
  }

  /** Since release 21.09. */
  async updateFullName(options: CallOptions & { email: string; fullName: string }): Promise<void> {
    return (await account()).updateFullName(this.#transport, options)
  }

  /** Undefined where there is none. */
  async sshPublicKey(options: CallOptions = {}): Promise<string | undefined> {
    return (await account()).sshPublicKey(this.#transport, options)
  }

  /** A new key pair in place of the old one; the private key is told only here. */
  async refreshSSHKeypair(options: CallOptions = {}): Promise<SSHKeypair> {
    return (await account()).refreshSSHKeypair(this.#transport, options)
  }

  /** @throws UnsupportedError before release 22.09.11. @throws InvalidRequestError for keys that are none. */
  async uploadSSHKeypair(keypair: SSHKeypair, options: CallOptions = {}): Promise<SSHKeypair> {
    return (await account()).uploadSSHKeypair(this.#transport, keypair, options)
  }

  /** Begins the registration of a second factor, with the token of `otp-registration-required`. */
  async registerOtp(token: string, options: CallOptions = {}): Promise<OtpRegistration> {
    return (await account()).registerOtp(this.#transport, token, options)
  }

  /** Ends it, with the first code. @throws AuthenticationError for a wrong one. */
  async confirmOtp(options: CallOptions & { token: string; otp: string }): Promise<void> {
    return (await account()).confirmOtp(this.#transport, options)
  }
}

const logins = () => import('./login.ts')
const account = () => import('./account.ts')
