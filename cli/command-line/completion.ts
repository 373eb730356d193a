import type { Described } from './define-command.ts';
import { asTyped } from './read-command-line.ts';

export const shells = ['bash', 'zsh'] as const;

export type Shell = (typeof shells)[number];

/** What zsh has for scripts of bash: its own `complete` and `compgen`. */
const bashInZsh = `(( $+functions[compdef] )) || { autoload -U +X compinit && compinit; }
autoload -U +X bashcompinit && bashcompinit
`;

/** A script for the shell: after `npx chirpsmith`, and after `chirpsmith` where such an alias exists. */
export function completionScript(shell: Shell, commands: readonly Described[]): string {
  const flagsOf = ({ flags }: Described) => [
    ...Object.entries(flags).flatMap(([name, { hidden }]) => (hidden ? [] : [asTyped(name)])),
    '--help',
  ];
  const takesPaths = ({ positionals }: Described) => Object.values(positionals).some(({ isPath }) => isPath);
  const paths = new Set<string>();
  const values = new Set<string>();
  const choices = new Map<string, readonly string[]>();
  for (const { flags } of commands) {
    for (const [name, flag] of Object.entries(flags)) {
      if (flag.value === undefined) continue;
      const typed = asTyped(name);
      if (flag.choices) choices.set(typed, flag.choices);
      else (flag.isPath ? paths : values).add(typed);
    }
  }
  return `# Completion of Chirpsmith's commands: source <(npx chirpsmith completion ${shell})
${shell === 'zsh' ? bashInZsh : ''}_chirpsmith_after() {
  local at=$1 word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} flags= paths=
  compopt +o default 2>/dev/null
  COMPREPLY=()
  if (( COMP_CWORD == at + 1 )); then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(' ')}" -- "$word"))
    return
  fi
  case $before in
${[...choices].map(([flag, words]) => `    ${flag}) COMPREPLY=($(compgen -W "${words.join(' ')}" -- "$word")); return ;;`).join('\n')}
    ${[...paths].join('|')}) compopt -o default 2>/dev/null; return ;;
    ${[...values].join('|')}) return ;;
  esac
  case \${COMP_WORDS[at+1]} in
${commands.map((command) => `    ${command.name}) flags="${flagsOf(command).join(' ')}"${takesPaths(command) ? ' paths=1' : ''} ;;`).join('\n')}
  esac
  if [[ $paths && $word != -* ]]; then
    compopt -o default 2>/dev/null
  else
    COMPREPLY=($(compgen -W "$flags" -- "$word"))
  fi
}
_chirpsmith() { _chirpsmith_after 0; }
_chirpsmith_npx() {
  if (( COMP_CWORD == 1 )); then
    COMPREPLY=($(compgen -W chirpsmith -- "\${COMP_WORDS[1]}"))
  elif [[ \${COMP_WORDS[1]} == chirpsmith ]]; then
    _chirpsmith_after 1
  fi
}
complete -o default -F _chirpsmith chirpsmith
complete -o default -F _chirpsmith_npx npx`;
}
