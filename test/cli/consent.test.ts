import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { accountOfKey } from '../../local/index.ts';
import { last, standing } from './fake-session.ts';
import { toReady } from './fake-sessions.ts';
import { prepared } from './prepared-folder.ts';
import { type Ended, events, run } from './run-command.ts';

const key = 'secret-key-that-must-not-be-shown-zqxj';
const paid = { sandbox: false, provider: 'https://api.example.test', relay: 'https://relay.example.test' };
const env = {
  PROVIDER_BASE_URL: paid.provider,
  PROVIDER_API_KEY: key,
  RELAY_BASE_URL: paid.relay,
  RELAY_API_KEY: 'relay-key',
};
/** An API that says this of its account. */
const saying = (account: object) => ({
  others: (route: string) => (route === 'GET /account' ? { status: 200, body: account } : undefined),
});
const known = saying({ provider: 'api.example.test', relay: 'relay.example.test', credits: 512 });
const spendingIn = (ended: Pick<Ended, 'stdout'>) =>
  events(ended).filter(({ event }) => event === 'spending');
const posts = (requests: readonly string[]) => requests.filter((request) => !/^(GET|LOOK) /.test(request));

/** A way of the audio that works. */
async function linksServer(): Promise<string> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ done: true, files: [] }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  const address = server.address();
  return `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}/secret`;
}

describe('before a paid provider is asked for anything, the command says', () => {
  it.each([
    ['tunnel', 'https://music.example', false, 'through https://music.example'],
    ['bucket', 's3://mine/x', false, 'copied to s3://mine/x, and deleted there when the session is done'],
    ['bucket', 's3://mine/x', true, 'copied to s3://mine/x, and kept there'],
  ] as const)(
    'what, whom, how much at most, from which account with which balance, and the way of the audio: %s %s, kept %s',
    async (kind, name, keep, words) => {
      const audio = { kind, name, keep, links: await linksServer() };
      const { home, tracks } = await prepared({ ...paid, ...known, audio });
      const ended = await run('train', [tracks, '--name', 'Night', '--yes', '--json'], { home, env });
      expect(spendingIn(ended)).toEqual([
        {
          event: 'spending',
          what: 'train "Night" on 6 files',
          provider: 'api.example.test',
          credits: 106,
          // Each upload may be sent three times in a run.
          atMost: 118,
          account: 'the account of the key in PROVIDER_API_KEY',
          balance: 512,
          audio: words,
        },
      ]);
      expect(ended.stdout).not.toContain(key.slice(-4));
    },
  );

  it('the same to a person, before the question', async () => {
    const { home, tracks } = await prepared({ ...paid, ...known });
    const ended = await run('train', [tracks, '--name', 'Night'], { home, env, answer: false });
    expect(ended.questions).toHaveLength(1);
    for (const words of [
      'api.example.test',
      'about 106 credits, at most 118',
      'PROVIDER_API_KEY',
      '512 credits',
    ]) {
      expect(ended.stdout).toContain(words);
    }
    expect(ended.stdout).not.toContain(key.slice(-4));
  });

  it.each([
    [
      'no service tells it',
      saying({ provider: 'api.example.test', creditsUnknown: 'no service for it is known' }),
      'no service',
    ],
    ['the API is an older one', {}, 'the API does not tell it'],
  ])('that the balance is not known where %s', async (_, api, words) => {
    const { home, tracks } = await prepared({ ...paid, ...api });
    const ended = await run('train', [tracks, '--name', 'Night', '--yes', '--json'], { home, env });
    const [spending] = spendingIn(ended);
    expect(spending).toMatchObject({
      provider: 'api.example.test',
      balanceUnknown: expect.stringContaining(words),
    });
    expect(spending).not.toHaveProperty('balance');
  });

  it('nothing of the kind in the sandbox', async () => {
    const { home, tracks } = await prepared();
    const ended = await run('train', [tracks, '--name', 'Night', '--yes', '--json'], { home });
    expect(spendingIn(ended)).toEqual([]);
  });

  it('only the uploads where the training is asked about later, and of a batch no training', async () => {
    const { home, tracks } = await prepared({ ...paid, ...known, steps: toReady });
    const review = await run('train', [tracks, '--name', 'Night', '--review', '--yes', '--json'], {
      home,
      env,
    });
    expect(spendingIn(review)).toMatchObject([{ credits: 6, atMost: 18 }]);
    const batch = await run('upload', [tracks, '--name', 'Voices', '--yes', '--json'], { home, env });
    expect(spendingIn(batch)).toMatchObject([{ what: 'upload 6 files', credits: 6, atMost: 18 }]);
  });

  const clip = { status: 'done', attempts: 1, clipId: 'c' } as const;
  const some = ['1.wav', '2.wav'].map((file, index) => ({ trackId: `00${index + 1}`, file, ...clip }));
  it.each<[string, readonly string[], object, object]>([
    ['resume', [], { status: 'failed' }, { credits: 100, atMost: 100 }],
    [
      'resume',
      [],
      { status: 'failed', tracks: [{ ...some[0], status: 'failed' }, some[1]] },
      { credits: 101, atMost: 103 },
    ],
    ['approve', [], { status: 'review', creditsToCome: 100 }, { credits: 100, atMost: 100 }],
    [
      'decide',
      ['--create-again'],
      { status: 'failed', failure: { error: 'TrainingFailed', reason: 'No.' } },
      { credits: 100, atMost: 100 },
    ],
  ])('what %s %j costs', async (command, flags, session, sums) => {
    const { home, sessionId } = await standing({ tracks: some, ...session }, { ...paid, ...known });
    const ended = await run(command, [sessionId, ...flags, '--yes', '--json'], { home, env });
    expect(spendingIn(ended)).toMatchObject([{ provider: 'api.example.test', balance: 512, ...sums }]);
  });

  it('whose account music at the relay is paid from, and that its balance is not known', async () => {
    const { home } = await prepared({ ...paid, ...known });
    const args = ['--provider', 'relay', '--prompt', 'rain', '--yes', '--json'];
    const ended = await run('generate', args, { home, env });
    expect(spendingIn(ended)).toMatchObject([
      {
        provider: 'relay.example.test',
        account: 'the account of the key in RELAY_API_KEY',
        balanceUnknown: expect.stringContaining('relay'),
      },
    ]);
  });

  it('that the price of a persona is not documented', async () => {
    const music = {
      dialect: 'mountsea' as const,
      model: 'chirp-v55',
      prompt: '',
      tags: '',
      instrumental: false,
      clips: [],
    };
    const { home, sessionId } = await standing(
      { kind: 'music', status: 'ready', music },
      { ...paid, ...known },
    );
    const args = ['--from', sessionId, '--name', 'Voice', '--yes', '--json'];
    const [spending] = spendingIn(await run('persona', args, { home, env }));
    expect(spending).toMatchObject({ what: 'make the persona "Voice"', provider: 'api.example.test' });
    expect(spending).not.toHaveProperty('credits');
  });
});

describe('--yes is consent for the account that this command names', () => {
  it('and not for that of another key, with which a stack runs already', async () => {
    const { home, tracks, fake } = await prepared({
      ...paid,
      ...known,
      account: accountOfKey('another-key'),
    });
    const args = [tracks, '--name', 'Night', '--yes', '--json'];
    const ended = await run('train', args, { home, env });
    expect(ended.code).toBe(2);
    expect(last(ended)).toMatchObject({
      problems: [{ where: 'PROVIDER_API_KEY' }],
      next: [{ command: expect.stringContaining('npx chirpsmith stop') }],
    });
    expect(posts(fake.requests)).toEqual([]);
    const same = await run('train', args, { home, env: { ...env, PROVIDER_API_KEY: 'another-key' } });
    expect(same.code).toBe(0);
  });

  describe('at a stage', () => {
    /** Stage prod, of which this machine knows the provider of an earlier deployment, or of the last. */
    async function staged(provider: string) {
      const { home, tracks, fake } = await prepared({ ...known });
      await mkdir(join(home, 'stages'));
      const storage = { AudioBucketName: 'chirpsmith-prod-audio' };
      const service = { ApiUrl: fake.api, ProviderBaseUrl: provider };
      const written = { 'chirpsmith-prod-storage': storage, 'chirpsmith-prod-service': service };
      await writeFile(join(home, 'stages', 'prod.json'), JSON.stringify(written));
      const args = [tracks, '--name', 'Night', '--stage', 'prod'];
      return { home, fake, args, env: { CHIRPSMITH_TOKEN: fake.token } };
    }

    it('says which stage pays, and from which bucket the audio goes', async () => {
      const { home, args, env } = await staged('https://api.example.test');
      const ended = await run('train', [...args, '--yes', '--json'], { home, env });
      expect(spendingIn(ended)).toMatchObject([
        {
          provider: 'api.example.test',
          account: 'the account of the key that stage prod keeps',
          balance: 512,
          audio: 'by signed links to the bucket chirpsmith-prod-audio of stage prod',
        },
      ]);
    });

    it('is none for a provider that the stage has changed to since; a person is asked about that one', async () => {
      const { home, args, env, fake } = await staged('https://former.example.test');
      const ended = await run('train', [...args, '--yes', '--json'], { home, env });
      expect(ended.code).toBe(2);
      expect(last(ended)).toMatchObject({
        message: expect.stringContaining('Nothing was spent'),
        problems: [
          { where: '--yes', message: expect.stringMatching(/api\.example\.test.*former\.example\.test/) },
        ],
      });
      expect(posts(fake.requests)).toEqual([]);
      // As the message says.
      const asked = await run('train', args, { home, env, answer: true });
      expect(asked.stdout).toContain('api.example.test');
      expect(asked.code).toBe(0);
    });
  });
});
