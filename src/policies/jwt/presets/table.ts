import { auth0 } from './auth0.ts'
import { cognito } from './cognito.ts'
import { entra } from './entra.ts'
import { firebase } from './firebase.ts'
import { google } from './google.ts'
import { keycloak } from './keycloak.ts'
import { okta } from './okta.ts'
import { plain } from './plain.ts'
import type { Preset, PresetName } from './preset.ts'

const presets: Readonly<Record<PresetName, Preset>> = {
  keycloak,
  entra,
  auth0,
  okta,
  cognito,
  google,
  firebase,
}

/** The preset of this name; without one, the rules for any provider. */
export function presetOf(name: PresetName | null): Preset {
  return name === null ? plain : presets[name]
}
