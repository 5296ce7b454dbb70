/** The emulator on a loopback socket, in a process of its own. */
import { serve } from '@backend-ai-sdk/emulator/node'

const served = await serve()
process.send!({ url: served.url, user: served.emulator.users.find(({ role }) => role === 'user') })
process.once('disconnect', () => void served.close().then(() => process.exit()))
