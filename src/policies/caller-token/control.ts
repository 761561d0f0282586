import type { SigningAlgorithm } from '../../engines/jwt-signing/signing-key.ts'
import type { ControlHalf, ControlHost } from '../../gateway/control-half.ts'
import { KeyRing } from './key-ring.ts'

/** `typ` of the tokens: no service takes another token of somebody's for one (RFC 8725 §3.11). */
export const tokenType = 'caller+jwt'

const keptName = 'signing-keys'
/** How often it is looked whether a key is due. */
const everyMs = 60_000

/** Makes, keeps and rotates the keys of one algorithm, and gives the one that signs to the data halves. */
export function control(algorithm: SigningAlgorithm, host: ControlHost): ControlHalf {
  const ring = new KeyRing(algorithm, tokenType)
  const kept = host.kept.read(keptName)
  if (kept !== null && !ring.restore(kept))
    host.report('caller-token-keys', `the kept ${algorithm} keys cannot be read: new ones are made`)
  let signing = ''
  const advance = (): void => {
    const now = Date.now()
    if (ring.advance(now)) host.kept.write(keptName, ring.text)
    const { jwk, key } = ring.signing(now)
    if (key.kid === signing) return
    signing = key.kid
    host.publish({ algorithm, key: jwk })
  }
  advance()
  const timer = setInterval(advance, everyMs)
  timer.unref()
  return {
    status: () => ({
      algorithm,
      signing,
      keys: ring.all.map(({ key, from }) => ({ kid: key.kid, signsFrom: new Date(from).toISOString() })),
    }),
    publicKeys: () => ring.all.map(({ key }) => key.publicJwk),
    close: () => clearInterval(timer),
  }
}
