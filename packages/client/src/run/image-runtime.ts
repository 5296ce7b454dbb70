import type { Transport } from '@backend-ai-sdk/core'

import { graphql } from '../graphql.ts'

interface Labels {
  image: { labels: { key: string; value: string }[] | null } | null
}

/** Kind of an image's code runner, `python`, `c`, …; undefined for an image without the label. */
export async function fetchRuntime(transport: Transport, reference: string): Promise<string | undefined> {
  const document = 'query($reference: String!) { image(reference: $reference) { labels { key value } } }'
  const { image } = await graphql<Labels, unknown>(transport, document, {
    reference,
  })
  return image?.labels?.find(({ key }) => key === 'ai.backend.runtime-type')?.value
}
