import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { completionScript } from './completion.ts'

/** What bash offers after these words, the last of which is being typed. */
function complete(...words: readonly string[]): readonly string[] {
  const script = `${completionScript('bash')}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=${words.length - 1}
_sallyport
printf '%s\\n' "\${COMPREPLY[@]}"`
  const output = execFileSync('bash', ['-c', script], { encoding: 'utf8', cwd: import.meta.dirname })
  return output.split('\n').filter((line) => line !== '')
}

test('bash completes commands, their words, options and values', () => {
  assert.deepEqual(complete('sallyport', 'c'), ['check', 'completion'])
  assert.deepEqual(complete('sallyport', '--v'), ['--version'])
  assert.deepEqual(complete('sallyport', 'keys', 'r'), ['rotate', 'revoke'])
  assert.deepEqual(complete('sallyport', 'check', '--f'), ['--format'])
  assert.deepEqual(complete('sallyport', 'check', '--format', 'j'), ['json'])
  assert.deepEqual(complete('sallyport', 'start', '-c', 'completion.te'), ['completion.test.ts'])
  assert.deepEqual(complete('sallyport', 'init', 'completion.te'), ['completion.test.ts'])
  assert.deepEqual(complete('sallyport', 'nonsense', 'x'), [])
})

test('every shell knows every command, and quotes nothing it would run', () => {
  for (const shell of ['bash', 'zsh', 'fish'] as const) {
    const script = completionScript(shell)
    for (const command of ['init', 'start', 'check', 'explain', 'keys', 'completion'])
      assert.match(script, new RegExp(`\\b${command}\\b`), `${shell}: ${command}`)
    assert.ok(script.endsWith('\n'))
  }
  assert.match(completionScript('zsh'), /^autoload .*bashcompinit/)
  assert.doesNotMatch(completionScript('fish'), /[`$(]/)
})
