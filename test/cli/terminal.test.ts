import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CliEvent } from '../../cli/events.ts';
import { nextSteps } from '../../cli/next-steps.ts';
import { endOf } from '../../cli/outcome.ts';
import { createDisplay } from '../../cli/output/output.ts';
import { textWidth } from '../../cli/output/text-width.ts';
import type { SessionAnswer } from '../../functions/api/contract/session.ts';

const escapeSign = String.fromCharCode(27);
const long = 'a very long name of a song that nobody can read in one breath.flac';
const wide = '洞窟の中の非常に長い名前のファイルで端末の幅を超えるもの.mp3';

function display(
  options: { columns?: number; rows?: number; env?: NodeJS.ProcessEnv; isTTY?: boolean } = {},
) {
  let output = '';
  const stdout = Object.assign(
    new Writable({
      write(chunk, _encoding, done) {
        output += chunk;
        done();
      },
    }),
    { isTTY: options.isTTY ?? true, columns: options.columns ?? 80, rows: options.rows ?? 24 },
  );
  const env = { TERM: 'xterm', ...options.env };
  const made = createDisplay({ json: false, stdout, stderr: { write: () => true }, env });
  return { ...made, output: () => output };
}

const tracks = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    trackId: `${index}`,
    file: index === 0 ? long : index === 1 ? wide : `${index}.mp3`,
    size: 1000,
  }));

/** A whole run, as the commands emit it. */
function story(count: number): CliEvent[] {
  const sessionId = '3f2a6c1e-0000-4000-8000-000000000000';
  const files = tracks(count);
  const ends = files.map(({ trackId, file }) => ({ trackId, file, status: 'done' }) as const);
  return [
    { event: 'files.found', files: files.map(({ file }) => file) },
    ...files.map(
      ({ file }): CliEvent => ({
        event: 'file.checked',
        file,
        size: 123_456_789,
        format: 'Ogg Vorbis',
        durationSeconds: 479,
        warning: 'The file is cut short: its header promises 45 s, 10 s are there.',
      }),
    ),
    {
      event: 'file.rejected',
      file: 'short.mp3',
      problem: 'broken',
      reason: 'The file is cut short. '.repeat(8),
    },
    {
      event: 'cost',
      uploads: count,
      creditsPerUpload: 1,
      creditsForModel: 100,
      credits: 100 + count,
      provider: 'http://127.0.0.1:1',
      sandbox: true,
    },
    {
      event: 'session.created',
      kind: 'train',
      sessionId,
      name: 'Night Drive',
      uploads: files,
      duplicates: [],
    },
    ...files.map(({ trackId, file, size }): CliEvent => ({ event: 'file.uploaded', trackId, file, size })),
    { event: 'session.training', sessionId },
    {
      event: 'session.ready',
      sessionId,
      name: 'Night Drive',
      modelId: 'chirp-custom:0b0e7ae6-8a52-4a62-9b83-7f3f0a5d1c11',
      creditsSpent: 108,
      creditsToCome: 0,
      providerCalls: 30,
      seconds: 12,
      tracks: ends,
      next: [],
    },
  ];
}

const failure = { error: 'NeedsDecision', reason: 'The answer to create was lost. '.repeat(6) } as const;
const sessionAnswer: SessionAnswer = {
  sessionId: '3f2a6c1e-0000-4000-8000-000000000000',
  kind: 'train',
  name: `${wide} ${long}`,
  status: 'needs-decision',
  startedBy: 'api',
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:00:00Z',
  minClips: 6,
  creditsSpent: 1234.5,
  creditsTaken: { surely: 1134.5, perhaps: 100 },
  creditsToCome: 0,
  actions: ['decide'],
  decisions: [{ choice: 'create-again', by: 'somebody', at: '2026-01-01T00:00:00Z' }],
  providerCalls: 1234,
  failure,
  tracks: [
    { trackId: '001', file: long, status: 'failed', attempts: 3, failure: { ...failure, permanent: true } },
    { trackId: '002', file: wide, status: 'submitted', attempts: 3 },
    { trackId: '003', file: 'c.mp3', status: 'duplicate', duplicateOf: '001', attempts: 0 },
  ],
};
const { sessionId, name } = sessionAnswer;
const next = nextSteps(sessionAnswer);

/** What the commands on a session emit. */
const standing: readonly CliEvent[] = [
  { event: 'session.listed', ...sessionAnswer, ageSeconds: 300_000, actions: ['resume', 'decide', 'cancel'] },
  { event: 'sessions.listed', count: 1, next },
  { event: 'session.status', ...sessionAnswer, next },
  {
    event: 'price',
    sessionId,
    kind: 'train',
    clips: 8,
    credits: 100,
    earlier: 'in-doubt',
    provider: 'http://127.0.0.1:1',
    sandbox: true,
  },
  {
    event: 'session.decided',
    sessionId,
    kind: 'train',
    name,
    status: 'preparing',
    choice: 'create-again',
    already: false,
    creditsSpent: 108,
    creditsToCome: 100,
    next,
  },
  { event: 'track.replaced', sessionId, trackId: '001', file: wide, instead: long, next },
  endOf({ why: 'ended', session: sessionAnswer }, { sessionId }, 12).event,
  endOf({ why: 'ended', session: { ...sessionAnswer, status: 'review' } }, { sessionId }, 12).event,
  endOf({ why: 'ended', session: { ...sessionAnswer, status: 'cancelled' } }, { sessionId }, 12).event,
  { event: 'error', message: 'There is nothing to cancel. '.repeat(4), next },
];

describe('the picture in a terminal', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it.each([64, 80, 120])('keeps every line within %i columns, long and wide names included', (columns) => {
    const shown = display({ columns });
    for (const event of story(8)) {
      shown.emit(event);
      vi.advanceTimersByTime(200);
    }
    for (const line of stripVTControlCharacters(shown.output()).split('\n')) {
      // Rows drawn again follow each other on one line of the output; each begins with its sign.
      for (const row of line.split(/(?= {2}[✓✗↑·⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] )/)) {
        expect(textWidth(row.trimEnd()), row).toBeLessThanOrEqual(columns);
      }
    }
    expect(shown.output()).toContain('chirp-custom:0b0e7ae6-8a52-4a62-9b83-7f3f0a5d1c11');
  });

  it.each([64, 80])('keeps a session, the list and a question of money within %i columns', (columns) => {
    const shown = display({ columns });
    for (const event of standing) shown.emit(event);
    for (const line of stripVTControlCharacters(shown.output()).split('\n')) {
      // A command is not broken: it is there to be copied.
      if (!line.startsWith('  npx chirpsmith ')) expect(textWidth(line), line).toBeLessThanOrEqual(columns);
    }
    for (const words of ['What is known', 'a second time', 'needs a decision', '--create-again']) {
      expect(shown.output()).toContain(words);
    }
  });

  it('counts the tracks where the terminal has too few lines for them', () => {
    const shown = display({ rows: 12 });
    for (const event of story(12)) {
      shown.emit(event);
      vi.advanceTimersByTime(200);
    }
    expect(stripVTControlCharacters(shown.output())).toContain('12 of 12');
  });

  it('gives the cursor back when it closes in the middle', () => {
    const shown = display();
    for (const event of story(3).slice(0, -1)) shown.emit(event);
    shown.close();
    const output = shown.output();
    expect(output.lastIndexOf(`${escapeSign}[?25h`)).toBeGreaterThan(
      output.lastIndexOf(`${escapeSign}[?25l`),
    );
    shown.close();
    expect(shown.output()).toBe(output);
  });

  it('shows colours, but none with NO_COLOR', () => {
    const green = `${escapeSign}[32m`;
    for (const [env, coloured] of [
      [{}, true],
      [{ NO_COLOR: '' }, true],
      [{ NO_COLOR: '1' }, false],
    ] as const) {
      const shown = display({ env });
      for (const event of story(6)) shown.emit(event);
      expect(shown.output().includes(green)).toBe(coloured);
    }
  });

  it.each([{ isTTY: false }, { env: { TERM: 'dumb' } }])('is plain with %j', (options) => {
    const shown = display(options);
    for (const event of story(6)) shown.emit(event);
    expect(shown.output()).not.toContain(escapeSign);
  });

  it('shows what commands without a session come to', () => {
    const shown = display();
    const rows = [{ name: 'Deletion', result: 'ok', seen: 'gone' }] as const;
    const next = [{ words: 'To begin:', command: 'npx chirpsmith train FOLDER' }];
    shown.emit({ event: 'smoke.done', stage: 'prod', rows });
    shown.emit({ event: 'stage.deployed', stage: 'prod', api: 'https://api.test', next });
    shown.emit({ event: 'signed-out', stage: 'demo', next: [] });
    const output = stripVTControlCharacters(shown.output());
    for (const words of ['Deletion', 'Stage prod is deployed', 'npx chirpsmith train FOLDER', 'demo']) {
      expect(output).toContain(words);
    }
  });

  it('sets a check of the doctor in, below its mark, and leaves commands whole', () => {
    const shown = display();
    const seen = 'Port 4701, for S3, is taken by nginx, process 12. Port 4702, for AWS, is taken by nginx.';
    const next = [{ words: 'On free ports:', command: 'npx chirpsmith start --port 0' }];
    shown.emit({ event: 'doctor.checked', check: 'Ports', result: 'warning', seen, next });
    shown.emit({ event: 'doctor.done', ok: ['Node'], warning: ['Ports'], failed: [] });
    expect(stripVTControlCharacters(shown.output()).split('\n')).toEqual([
      '! Ports     Port 4701, for S3, is taken by nginx, process 12. Port 4702, for',
      '            AWS, is taken by nginx.',
      '            On free ports:',
      '              npx chirpsmith start --port 0',
      '',
      '2 checks: nothing is wrong; Ports may need a look.',
      '',
    ]);
  });
});
