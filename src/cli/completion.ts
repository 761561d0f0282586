/** A shell that completion can be written for. */
export type Shell = 'bash' | 'zsh' | 'fish'

interface Command {
  readonly name: string
  readonly about: string
  readonly options: readonly string[]
  /** What follows the command, where the words are known. */
  readonly words?: readonly string[]
}

const commands: readonly Command[] = [
  {
    name: 'init',
    about: 'write a configuration for an OpenAPI document',
    options: ['--upstream', '--output', '--force'],
  },
  { name: 'start', about: 'run the gateway', options: ['-c', '--data'] },
  { name: 'check', about: 'check a configuration', options: ['-c', '--data', '--format'] },
  {
    name: 'explain',
    about: 'tell what would happen to a request',
    options: [
      '-c',
      '--data',
      '--as',
      '--scope',
      '--role',
      '--claim',
      '--from',
      '-H',
      '--body',
      '--object',
      '--why-not',
      '--defaults',
      '--admin',
      '--token-file',
      '--cacert',
      '--format',
    ],
  },
  {
    name: 'authorize',
    about: 'test who may do what',
    options: ['-c', '--data', '--junit', '--format'],
    words: ['test'],
  },
  {
    name: 'access',
    about: 'show who may do what',
    options: ['-c', '--data', '--callers', '--format'],
    words: ['matrix'],
  },
  {
    name: 'keys',
    about: 'issue, list, rotate and revoke API keys',
    options: [
      '-c',
      '--data',
      '--owner',
      '--scope',
      '--label',
      '--network',
      '--expires',
      '--overlap',
      '--state',
      '--identity',
      '--dry-run',
      '--json',
    ],
    words: ['create', 'list', 'rotate', 'revoke', 'leaked'],
  },
  {
    name: 'admin-token',
    about: 'make, list and revoke admin tokens',
    options: ['-c', '--data', '--role', '--expires', '--json'],
    words: ['create', 'list', 'revoke'],
  },
  {
    name: 'revoke',
    about: 'revoke a credential',
    options: ['-c', '--data', '--identity', '--for', '--reason'],
    words: ['token', 'subject', 'session', 'key', 'certificate'],
  },
  {
    name: 'revocations',
    about: 'list revocations and take them back',
    options: ['-c', '--data', '--json'],
    words: ['list', 'remove'],
  },
  {
    name: 'grants',
    about: 'give roles for a time',
    options: ['-c', '--data', '--role', '--for', '--reason', '--all', '--json'],
    words: ['give', 'list', 'end'],
  },
  {
    name: 'break-glass',
    about: 'give a role in an emergency',
    options: ['-c', '--data', '--role', '--for', '--reason'],
  },
  {
    name: 'audit',
    about: 'read and verify the audit log',
    options: ['-c', '--data', '--json', '--since', '--action', '--actor'],
    words: ['verify', 'list'],
  },
  {
    name: 'whoami',
    about: 'judge a credential',
    options: ['-c', '--data', '-H', '--cert', '--identity', '--from', '--format'],
  },
  {
    name: 'policy',
    about: 'try policies in the form of AWS',
    options: [
      '--policy',
      '--resource',
      '--action',
      '--caller',
      '--role',
      '--scope',
      '--claim',
      '--context',
      '--principal',
      '--evaluate',
      '--format',
    ],
    words: ['simulate'],
  },
  { name: 'hash-password', about: 'print the hash of a password', options: [] },
  { name: 'completion', about: 'print shell completion', options: [], words: ['bash', 'zsh', 'fish'] },
]

const general = ['--help', '--version']

/**
 * Completion of the command line, to be evaluated by the shell: `eval "$(sallyport completion bash)"`. It completes
 * commands, their options, `--format`, and files everywhere else; it never runs the gateway to find words.
 */
export function completionScript(shell: Shell): string {
  switch (shell) {
    case 'bash':
      return bash()
    case 'zsh':
      // Its own completion system understands the script for bash.
      return `autoload -U +X bashcompinit && bashcompinit\n${bash()}`
    case 'fish':
      return fish()
  }
}

function bash(): string {
  const cases = commands.map(({ name, options, words = [] }) => {
    const all = [...words, ...options, '--help'].join(' ')
    return `    ${name}) words='${all}' ;;`
  })
  return `_sallyport() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} words
  case $before in
    -c|--upstream) COMPREPLY=($(compgen -f -- "$word")); return ;;
    --format) COMPREPLY=($(compgen -W 'text json' -- "$word")); return ;;
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${[...commands.map(({ name }) => name), ...general].join(' ')}' -- "$word"))
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
    *) return ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  [ \${#COMPREPLY[@]} -eq 0 ] && COMPREPLY=($(compgen -f -- "$word"))
}
complete -o filenames -F _sallyport sallyport
`
}

function fish(): string {
  const lines = [
    'complete -c sallyport -n __fish_use_subcommand -f',
    'complete -c sallyport -l help -d "show help"',
    'complete -c sallyport -n __fish_use_subcommand -l version -d "print the version"',
  ]
  for (const { name, about, options, words = [] } of commands) {
    const here = `-n "__fish_seen_subcommand_from ${name}"`
    lines.push(`complete -c sallyport -n __fish_use_subcommand -f -a ${name} -d "${about}"`)
    for (const option of options) {
      const flag = option.startsWith('--') ? `-l ${option.slice(2)}` : `-s ${option.slice(1)}`
      const values = option === '--format' ? ' -f -a "text json"' : ''
      lines.push(`complete -c sallyport ${here} ${flag} -r${values}`)
    }
    if (words.length > 0) lines.push(`complete -c sallyport ${here} -f -a "${words.join(' ')}"`)
  }
  return `${lines.join('\n')}\n`
}
