import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { completionScript } from '../../../cli/command-line/completion.ts';
import { commands } from '../../../cli/commands.ts';
import { run, temporaryFolder } from '../run-command.ts';

/** What a real bash would offer at the end of these words. */
async function offered(...words: string[]): Promise<string[]> {
  const script = join(await temporaryFolder(), 'completion.bash');
  await writeFile(script, completionScript('bash', commands));
  const list = words.map((word) => `'${word}'`).join(' ');
  const call = words[0] === 'npx' ? '_chirpsmith_npx' : '_chirpsmith';
  const asked = `source ${script}; COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; ${call}; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const said = execFileSync('bash', ['--norc', '--noprofile', '-c', asked], { encoding: 'utf8' });
  return said.split('\n').filter((word) => word !== '');
}

it('completes the commands, after npx too', async () => {
  expect(await offered('chirpsmith', 'per')).toEqual(['persona', 'personas']);
  expect(await offered('npx', 'chirpsmith', '')).toEqual(commands.map(({ name }) => name));
  expect(await offered('npx', 'other', '')).toEqual([]);
});

it('completes the flags of the command, and the words that one of them takes', async () => {
  expect(await offered('npx', 'chirpsmith', 'generate', '--pr')).toEqual(['--provider', '--prompt']);
  expect(await offered('npx', 'chirpsmith', 'generate', '--provider', '')).toEqual(['mountsea', 'relay']);
  expect(await offered('npx', 'chirpsmith', 'sessions', '--api')).toEqual([]);
});

it('leaves files to bash, and offers nothing for a value that it cannot know', async () => {
  expect(await offered('npx', 'chirpsmith', 'train', 'demos')).toEqual([]);
  expect(await offered('npx', 'chirpsmith', 'train', '--name', '')).toEqual([]);
});

it('is printed for bash and zsh, and for no other shell', async () => {
  const home = await temporaryFolder();
  for (const shell of ['bash', 'zsh'] as const) {
    expect((await run('completion', [shell], { home })).stdout).toBe(
      `${completionScript(shell, commands)}\n`,
    );
  }
  expect((await run('completion', ['fish'], { home })).code).toBe(2);
});

// Tried by hand in zsh 5.9: commands, flags, a flag's values and files are completed.
it('is for zsh the script of bash, after zsh has loaded what stands in for bash', () => {
  const [, ...bash] = completionScript('bash', commands).split('\n');
  const [, compinit, bashcompinit, ...zsh] = completionScript('zsh', commands).split('\n');
  expect(compinit).toContain('compinit');
  expect(bashcompinit).toBe('autoload -U +X bashcompinit && bashcompinit');
  expect(zsh).toEqual(bash);
});
