/** A client of a server that answers everybody: it need not ask first which release that is. */
import { createClient, keypair, type Client } from '@backend-ai-sdk/client'

import { account } from './account.ts'

export const clientOf = (endpoint: string): Client =>
  createClient({ endpoint, auth: keypair(account), apiVersion: 'v9.20250722', release: '26.9.6' })
