/** All routes of a release; one line per resource. */
import type { AnyRoute } from '../context.ts'
import type { Profile } from '../profiles.ts'
import { account } from './account.ts'
import { apps } from './apps.ts'
import { auth } from './auth.ts'
import { dotfiles } from './dotfiles.ts'
import { events } from './events.ts'
import { graphql } from './graphql.ts'
import { manager } from './manager.ts'
import { pty } from './pty.ts'
import { resources } from './resources.ts'
import { sessionFiles } from './session-files.ts'
import { sessions } from './sessions.ts'
import { stream } from './stream.ts'
import { templates } from './templates.ts'
import { totp } from './totp.ts'
import { version } from './version.ts'
import { vfolderAdmin } from './vfolder-admin.ts'
import { vfolderFiles } from './vfolder-files.ts'
import { vfolderShares } from './vfolder-shares.ts'
import { vfolders } from './vfolders.ts'

const all = [
  version,
  auth,
  account,
  totp,
  manager,
  resources,
  sessions,
  sessionFiles,
  dotfiles,
  templates,
  stream,
  pty,
  apps,
  events,
  graphql,
  vfolderAdmin,
  vfolderFiles,
  vfolderShares,
  vfolders,
]

export const routesOf = (profile: Profile): AnyRoute[] => all.flatMap((routes) => routes(profile))
