import type { ControlHalf, ControlHost } from '../../gateway/control-half.ts'
import { watchFile } from '../../remote/file-poll.ts'
import { keysAt, keysByDiscovery, keysOfFile } from '../../remote/key-set-load.ts'
import { type KeySetOptions, KeySetSource } from '../../remote/key-set-source.ts'
import { metadataAddress } from '../../remote/provider-metadata.ts'
import type { JwtSettings } from './jwt-settings.ts'

/** Nothing to do: the keys stand in the configuration. */
const idle: ControlHalf = { close: () => undefined }

/** The half of a `jwt` identity on the control plane: reads the keys of the issuer. */
export function keySource(settings: JwtSettings, host: ControlHost): ControlHalf {
  const options = optionsOf(settings, host)
  return options === null ? idle : new KeySetSource(options, host)
}

function optionsOf(settings: JwtSettings, host: ControlHost): KeySetOptions | null {
  const { origin, issuers, outgoing, algorithms, symmetric, refreshMs, maxStaleMs } = settings
  const calls = { call: host.call, remote: outgoing }
  const common = { algorithms, symmetric, refreshMs, maxStaleMs }
  switch (origin.kind) {
    case 'inline':
      return null
    case 'discovery':
      return {
        ...common,
        load: () => keysByDiscovery(origin.url, issuers[0], calls),
        source: metadataAddress(origin.url),
        kept: true,
      }
    case 'url':
      return { ...common, load: () => keysAt(origin.url, calls), source: origin.url, kept: true }
    case 'file':
      return {
        ...common,
        load: () => Promise.resolve(keysOfFile(origin.file)),
        source: origin.file,
        kept: false,
        watch: (changed) => watchFile(origin.file, changed),
      }
  }
}
