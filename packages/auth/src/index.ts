export {
  Auth,
  type AccountKeys,
  type AuthorizeOptions,
  type LoggedInUser,
  type LoginCheck,
  type LoginOptions,
  type LoginResult,
  type OtpRegistration,
  type PasswordChange,
  type Roles,
  type SignupOptions,
  type SSHKeypair,
  type TokenLoginOptions,
} from './auth.ts'
export { cookie, type CookieAuthenticator, type CookieJar, type CookieOptions, type LoginStore } from './cookie.ts'
