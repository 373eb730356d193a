import { expect, test } from 'vitest';
import { persona as personaCommand } from '../../cli/commands/persona.ts';
import type { PersonaAnswer } from '../../functions/api/contract/persona.ts';
import { last } from './fake-session.ts';
import { prepared } from './prepared-folder.ts';
import { events, run } from './run-command.ts';

const sessionId = '3f2a6c1e-0000-4000-8000-000000000000';
const persona: PersonaAnswer = {
  personaId: 'persona-1',
  name: 'Her "low" voice',
  status: 'made',
  dialect: 'relay',
  clipId: 'clip-1',
  sessionId,
  calls: 1,
  createdAt: '2026-01-01T00:00:00Z',
};
const music = {
  dialect: 'relay',
  model: 'chirp-v4',
  prompt: 'rain',
  tags: '',
  instrumental: false,
  clips: [{ clipId: 'clip-1' }],
} as const;

type Reply = { status: number; body: unknown } | 'cut';

/** A stack with music made through the relay, that answers `POST /personas` so. */
async function stack(reply: Reply, more: { sandbox?: boolean; provider?: string; relay?: string } = {}) {
  const sent: unknown[] = [];
  const { home, fake } = await prepared({
    ...more,
    others: (route, body) => {
      if (route === 'GET /personas') return { status: 200, body: { personas: [persona] } };
      if (route !== 'POST /personas') return undefined;
      sent.push(body);
      return reply;
    },
  });
  fake.add({
    sessionId,
    kind: 'music',
    status: 'ready',
    music: { ...music, clips: music.clips.map((clip) => ({ ...clip, hasAudio: true })) },
    tracks: [],
  });
  const make = (args: string[] = [], how: { answer?: boolean } = {}) =>
    run('persona', ['--from', '3f2a', '--name', persona.name, ...args], { home, env: named(more), ...how });
  return { home, sent, keys: fake.keys, make };
}
/** The providers of a stack, as a shell names them. */
const named = ({ provider, relay }: { provider?: string; relay?: string }) =>
  provider === undefined || relay === undefined
    ? {}
    : {
        PROVIDER_BASE_URL: provider,
        PROVIDER_API_KEY: 'k',
        RELAY_BASE_URL: relay,
        RELAY_API_KEY: 'k',
      };
const real = { sandbox: false, provider: 'https://api.example.test', relay: 'https://relay.example.test' };
const problem = (status: number, error: string, detail: string): Reply => {
  const body = { type: `urn:chirpsmith:error:${error}`, title: 't', status, detail };
  return { status, body };
};

const problemsOf = (argv: string[]) => personaCommand.parse(argv, {}).problems.map(({ where }) => where);

test('all mistakes in the arguments are reported at once', () => {
  expect(problemsOf([])).toEqual(['--from', '--name']);
  expect(problemsOf(['3f2a', '--name', ''])).toEqual(['--name', '3f2a', '--from']);
  const long = ['--name', 'x'.repeat(81), '--description', 'x'.repeat(501)];
  expect(problemsOf(['--from', '3f2a', ...long])).toEqual(['--name', '--description']);
  expect(problemsOf(['--from', '3f2a', '--name', 'x', '--clip', ''])).toEqual(['--clip']);
  expect(problemsOf(['--from', '3f2a', '--name', 'x'])).toEqual([]);
});

test('a persona is made from the music of an abbreviated id, and the next command is printed', async () => {
  const { make, sent } = await stack({ status: 201, body: persona });
  const ended = await make(['--clip', 'clip-1', '--description', 'alto']);
  expect(ended.code).toBe(0);
  expect(sent).toEqual([
    { name: persona.name, generation: sessionId, again: false, clip: 'clip-1', description: 'alto' },
  ]);
  expect(ended.stdout).toContain('the local sandbox (no real model is made, no real credits), as the relay');
  expect(ended.stdout).toContain('persona-1, of clip clip-1');
  expect(ended.stdout).toContain(`npx chirpsmith generate --persona 'Her "low" voice' --prompt "…"`);
  expect(last(await make(['--json']))).toEqual({
    event: 'persona.ready',
    ...persona,
    next: [expect.objectContaining({ words: 'To make music with it:' })],
  });
});

test('consent names the billed account, and nothing is sent without consent', async () => {
  const { make, sent } = await stack({ status: 201, body: persona }, real);
  const refused = await make(['--json']);
  expect(refused.code).toBe(2);
  expect(last(refused)).toMatchObject({
    message: expect.stringContaining(real.relay),
    problems: [{ where: '--yes' }],
  });
  const asked = await make([], { answer: false });
  expect(asked.questions).toEqual([expect.stringContaining(`at ${real.relay}? What that costs is not`)]);
  expect(sent).toEqual([]);
  expect((await make(['--yes'])).code).toBe(0);
});

test('one in doubt ends with 3 and the command that calls once more, which asks also in the sandbox', async () => {
  const { make, sent } = await stack(problem(409, 'NeedsDecision', 'It may have been made or not.'));
  const ended = await make(['--json', '--clip', 'clip-1', '--description', "alto $HOME isn't"]);
  expect(ended.code).toBe(3);
  const words = `npx chirpsmith persona --from 3f2a --clip clip-1 --name 'Her "low" voice' --description 'alto $HOME isn'\\''t'`;
  expect(last(ended)).toMatchObject({ event: 'error', next: [{}, { command: `${words} --again` }] });
  expect(sent).toHaveLength(1);
  const asked = await make(['--again'], { answer: false });
  expect(asked.questions).toEqual([expect.stringContaining('second persona')]);
  expect(sent).toHaveLength(1);
});

test('a request without a response is repeated with the same key, and then the command that asks again is printed', async () => {
  const { make, sent, keys } = await stack('cut');
  const ended = await make(['--json']);
  expect(ended.code).toBe(1);
  expect(last(ended)?.next).toEqual([
    expect.objectContaining({ words: expect.stringContaining('Whether it was made') }),
  ]);
  expect(sent).toHaveLength(4);
  expect(new Set(keys).size).toBe(1);
});

test('the list says where each lives, and which are in doubt', async () => {
  const { home } = await stack('cut');
  const listed = events(await run('personas', ['--json'], { home }));
  expect(listed).toEqual([
    { event: 'persona.listed', ...persona, ageSeconds: expect.any(Number) },
    expect.objectContaining({ event: 'personas.listed', count: 1 }),
  ]);
  expect((await run('personas', [], { home })).stdout).toContain('at the relay');
});

test('music from a clip names the relay as the one that is paid, and says what is not documented before the question', async () => {
  const { home } = await stack('cut', real);
  const fromClip = music.clips[0]?.clipId ?? '';
  const args = ['--from-clip', fromClip, '--prompt', 'x', '--out', home, '--json'];
  const ended = await run('generate', args, { home, env: named(real) });
  expect(events(ended).slice(-3)).toMatchObject([
    { event: 'music.cost', fromClip, dialect: 'relay', provider: 'https://relay.example.test' },
    { event: 'note', message: expect.stringContaining('leaves open which task and mv go with it') },
    { message: expect.stringContaining('relay.example.test') },
  ]);
});

test('music with a persona names who is paid where that lives', async () => {
  const { home } = await stack('cut', real);
  const args = ['--persona', persona.name, '--prompt', 'x', '--out', home, '--json'];
  const ended = await run('generate', args, { home, env: named(real) });
  expect(events(ended)).toContainEqual(
    expect.objectContaining({
      event: 'music.cost',
      dialect: 'relay',
      provider: 'https://relay.example.test',
    }),
  );
  expect(last(ended)).toMatchObject({ message: expect.stringContaining('relay.example.test') });
});
