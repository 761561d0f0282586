import { z } from 'zod'
import { parseClaimPath } from '../../engines/claims/claim-path.ts'

/** A path in configuration. Stays text: it is parsed once more where it is used, which is once a plan. */
export const claimPath: z.ZodType<string, string> = z
  .string()
  .refine((text) => parseClaimPath(text) !== null, {
    error:
      'not the path of a claim\nWrite names with dots between them, and quote a name that has dots itself: `resource_access."my.app".roles`.',
  })
