import { describe, expect, it } from 'vitest';
import type { DoctorWorld } from '../../../cli/doctor/world.ts';
import type { ReadyInfo } from '../../../local/index.ts';
import { examined, home } from './world.ts';

const ready: ReadyInfo = {
  event: 'ready',
  pid: 4711,
  processStart: 'then',
  home,
  page: 'http://127.0.0.1:4706',
  api: 'http://127.0.0.1:4700',
  token: 't',
  provider: 'http://127.0.0.1:4703',
  sandbox: true,
  s3: 'http://127.0.0.1:4701',
  aws: 'http://127.0.0.1:4702',
  issuer: 'http://127.0.0.1:4704',
  region: 'us-east-1',
  speed: 20,
  stateMachineArn: 'arn:train',
  batchMachineArn: 'arn:batch',
  bucket: 'audio',
  adminKey: { accessKeyId: 'a', secretAccessKey: 's' },
};
const runs = { stackOf: () => ({ pid: 4711 }), readyInfo: () => ready };
const throughNpm = (node: string) => ({
  env: { npm_config_user_agent: `npm/10.8.2 node/v${node} linux x64` },
});
const homeIs = (facts: object): Partial<DoctorWorld> => ({
  homeFacts: async () => ({ exists: true, free: 80e9, foreign: [], ...facts }),
});
const takenPort = (state: 'taken' | 'not for every user', by?: string): Partial<DoctorWorld> => ({
  portState: async (port) => (port === 4701 ? state : 'free'),
  holderOfPort: async () => by,
});
const none = undefined;

describe('a line about this machine', () => {
  it.each<[check: string, when: string, Partial<DoctorWorld>, result: string, seen: string, next?: string]>([
    ['Node', 'npm runs on the same', throughNpm('24.21.0'), 'ok', '24.21.0.'],
    [
      'Node',
      'npm runs on an older one',
      throughNpm('20.19.4'),
      'ok',
      '24.21.0; npm 10.8.2 itself runs on 20.19.4.',
    ],
    [
      'Node',
      "npm's own is too old",
      throughNpm('18.20.1'),
      'warning',
      '24.21.0, but npm 10.8.2 itself runs on Node 18.20.1, which is too old for it.',
      'Install Node 20 or newer: https://nodejs.org',
    ],
    ['Home', 'it is there', {}, 'ok', `${home}, for you alone.`],
    ['Home', 'there is none yet', homeIs({ exists: false }), 'ok', `${home}; the first command makes it.`],
    [
      'Home',
      'it cannot be used',
      homeIs({ problem: 'It belongs to root.' }),
      'failed',
      'It belongs to root.',
    ],
    [
      'Home',
      'a command was run with sudo once',
      homeIs({ foreign: ['dynamodb', 's3'] }),
      'failed',
      `In ${home} another user owns dynamodb, s3.`,
      `sudo chown -R "$(id -u)" ${home}`,
    ],
    [
      'Home',
      'others may read it',
      homeIs({ openTo: '755' }),
      'warning',
      `${home} is open to other users of this machine (mode 755).`,
      `chmod -R go= ${home}`,
    ],
    ['Disk', 'there is room', {}, 'ok', '80.0 GB are free where the home is.'],
    [
      'Disk',
      'the system does not say',
      homeIs({ free: none }),
      'warning',
      'The system does not say how much room there is.',
    ],
    [
      'Disk',
      'six of the largest files have no room',
      homeIs({ free: 700e6 }),
      'warning',
      '700.0 MB are free',
      'make room',
    ],
    ['Disk', 'the largest file has no room', homeIs({ free: 1e6 }), 'failed', '1.0 MB are free', 'make room'],
    ['Stack', 'none runs', {}, 'ok', 'None runs for this home'],
    ['Stack', 'one runs', runs, 'ok', 'Process 4711 runs it, at http://127.0.0.1:4700 and 20× speed.'],
    [
      'Stack',
      'one starts, or hangs',
      { stackOf: () => ({ pid: 9 }) },
      'warning',
      'Process 9 has this home and is not ready',
      'npx chirpsmith stop',
    ],
    [
      'Stack',
      'one does not answer',
      { ...runs, fetch: () => Promise.reject(new TypeError('fetch failed')) },
      'failed',
      'Process 4711 has this home, and its API at http://127.0.0.1:4700 does not answer.',
      'npx chirpsmith stop',
    ],
    ['Ports', 'all are free', {}, 'ok', 'are free.'],
    [
      'Ports',
      'a tunnel leads to a port that another program has',
      {
        env: { CHIRPSMITH_PUBLIC_URL: 'https://music.example' },
        portState: async (port) => (port === 4705 ? 'taken' : 'free'),
      },
      'warning',
      'Port 4705, for the public door, is taken by',
      'On another row, when the tunnel leads to port 4805: npx chirpsmith start --port 4800',
    ],
    [
      'Ports',
      'our stack has them',
      { ...runs, portState: async () => 'taken' },
      'ok',
      'the stack of this home has them.',
    ],
    [
      'Ports',
      'another program has one',
      takenPort('taken', 'nginx, process 12'),
      'warning',
      'Port 4701, for S3, is taken by nginx, process 12.',
      'npx chirpsmith start --port 0',
    ],
    ['Ports', 'the system does not say who', takenPort('taken'), 'warning', 'is taken by another program.'],
    [
      'Ports',
      'one needs an administrator',
      takenPort('not for every user'),
      'warning',
      'Port 4701, for S3, is not for every user.',
    ],
    ['ffmpeg', 'it is there', {}, 'ok', '7.1, for --convert.'],
    [
      'ffmpeg',
      'it is not',
      { ffmpeg: async () => 'missing' },
      'warning',
      'It is not on the PATH. Only --convert needs it.',
      'sudo apt-get install ffmpeg',
    ],
    [
      'ffmpeg',
      'it is not, on a Mac',
      { ffmpeg: async () => 'missing', platform: 'darwin' },
      'warning',
      'It is not on the PATH.',
      'brew install ffmpeg',
    ],
    [
      'ffmpeg',
      'it does not run',
      { ffmpeg: async () => 'broken' },
      'warning',
      'does not run',
      'ffmpeg -version',
    ],
  ])('%s: %s', async (check, _, changes, result, seen, next) => {
    const { of, code } = await examined(changes);
    const found = of(check);
    expect(found).toMatchObject({ result, seen: expect.stringContaining(seen) });
    expect(code).toBe(result === 'failed' ? 1 : 0);
    const todo = found?.next.map(({ words, command }) => `${words} ${command}`).join('\n');
    if (next === undefined) expect(todo === '' || result !== 'ok').toBe(true);
    else expect(todo).toContain(next);
  });

  it('of a home that cannot be named says what the variable lacks, and the others go on', async () => {
    const { of, code } = await examined({ env: { CHIRPSMITH_HOME: 'here' } });
    expect(of('Home')).toMatchObject({
      result: 'failed',
      seen: expect.stringContaining('CHIRPSMITH_HOME: here is'),
    });
    expect(of('Provider')?.result).toBe('ok');
    expect(code).toBe(1);
  });
});

describe('all lines', () => {
  it('come in one order, whatever ends first, and the last event names what they came to', async () => {
    const { events, code } = await examined(takenPort('taken'));
    expect(events.at(-1)).toEqual({
      event: 'doctor.done',
      ok: ['Node', 'Home', 'Disk', 'Stack', 'Provider', 'Key', 'Balance', 'Audio', 'ffmpeg', 'Clock'],
      warning: ['Ports'],
      failed: [],
    });
    expect(code).toBe(0);
  });

  it('survive a check that throws', async () => {
    const { of } = await examined({ ffmpeg: () => Promise.reject(new Error('no idea')) });
    expect(of('ffmpeg')).toMatchObject({ result: 'warning', seen: 'It could not be looked at: no idea' });
    expect(of('Node')?.result).toBe('ok');
  });

  it('end, when a check does not, and say so', async () => {
    const { of } = await examined({
      ffmpeg: () => new Promise(() => {}),
      patience: { network: new AbortController().signal, all: AbortSignal.timeout(50) },
    });
    expect(of('ffmpeg')).toMatchObject({ result: 'warning', seen: 'It took too long and was left.' });
    expect(of('Node')?.result).toBe('ok');
    expect(of('Clock')?.result).toBe('ok');
  });
});
