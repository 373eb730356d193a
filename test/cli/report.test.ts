import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TimelineAnswer } from '../../functions/api/contract/timeline.ts';
import { last, standing } from './fake-session.ts';
import { run } from './run-command.ts';

/** A name that would end the data of the report, and begin a program, if it were not escaped. */
const hostile = '</script><script>alert(1)</script> \u202egnihton.wav';

const timeline: TimelineAnswer = {
  session: {
    sessionId: 's',
    kind: 'train',
    name: 'Night Drive',
    status: 'failed',
    startedBy: 'api',
    owner: 'local',
    createdAt: '2026-11-26T14:02:10Z',
  },
  now: 100,
  money: { surely: 2, perhaps: 1, toCome: 101 },
  checks: 12,
  work: [{ call: 'prepare', at: 1, until: 2, answer: 'taken', charge: 'free', credits: 0 }],
  turns: [{ at: 0, status: 'preparing', run: 1, by: 'local' }],
  notes: [],
  rows: [
    {
      trackId: '001',
      file: hostile,
      status: 'done',
      calls: [
        { call: 'upload', at: 3, until: 6, answer: 'lost', charge: 'perhaps', credits: 1, words: 'Reset.' },
        {
          call: 'upload',
          at: 16,
          until: 16,
          answer: 'taken',
          charge: 'surely',
          credits: 1,
          end: { at: 30, result: 'done' },
        },
      ],
    },
    {
      trackId: '002',
      file: '2.wav',
      status: 'done',
      calls: [{ call: 'upload', at: 4, until: 4, answer: 'taken', charge: 'surely', credits: 1 }],
    },
  ],
};

const withTimeline = () =>
  standing(
    { status: 'failed', name: hostile, creditsTaken: { surely: 2, perhaps: 1 } },
    { others: (route) => (route.endsWith('/timeline') ? { status: 200, body: timeline } : undefined) },
  );

describe('npx chirpsmith status', () => {
  it('shows the ledger in the words of the page: what is odd line by line, the plain uploads as one', async () => {
    const { home, sessionId } = await withTimeline();
    const { stdout } = await run('status', [sessionId], { home });
    expect(stdout).toMatch(/spent +2 credits surely, 1 perhaps, in \d+ calls? to the provider/);
    expect(stdout).toMatch(/ledger {4}\d\d:\d\d:\d\d {2}Prepare session +costs nothing, accepted\n/);
    expect(stdout).toMatch(/ \d\d:\d\d:\d\d {2}Upload .* {2}1 credit perhaps taken, answer lost\n/);
    expect(stdout).toContain(' 2 more uploads, each accepted: 2 credits\n');
    expect(stdout).not.toContain('\u202e');
  });

  it('shows a session of a stage that tells no timeline without it', async () => {
    const { home, sessionId } = await standing({ status: 'failed' });
    const { code, stdout } = await run('status', [sessionId], { home });
    expect(code).toBe(0);
    expect(stdout).not.toContain('ledger');
  });
});

describe('npx chirpsmith report', () => {
  it('writes one file that asks for nothing else, in which names of others are data', async () => {
    const { home, sessionId } = await withTimeline();
    const out = join(home, 'report.html');
    const ended = await run('report', [sessionId, '--out', out, '--json'], { home });
    expect(ended.code).toBe(0);
    expect(last(ended)).toMatchObject({ event: 'report.written', sessionId });
    const html = await readFile(out, 'utf8');
    // The data and the program; and no name has begun another one.
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html).not.toMatch(/<link|<img|<iframe|\ssrc=/);
    expect(html).toContain("default-src 'none'");
    const data = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)?.[1] ?? '';
    expect(JSON.parse(data)).toMatchObject({ session: { name: hostile }, timeline: { now: 100 } });
    expect(html).not.toContain('working-token');
  });

  it('leaves a file alone that is there already, and says which', async () => {
    const { home, sessionId } = await withTimeline();
    const out = join(home, 'report.html');
    expect((await run('report', [sessionId, '--out', out], { home })).code).toBe(0);
    const again = await run('report', [sessionId, '--out', out], { home });
    expect(again.code).toBe(2);
    expect(again.stdout + again.stderr).toContain('There is such a file already');
  });
});

describe('npx chirpsmith open', () => {
  it('opens the page at the session in the browser, and prints its address', async () => {
    const { home, sessionId } = await withTimeline();
    const opened: string[] = [];
    const openBrowser = (url: string) => opened.push(url);
    const ended = await run('open', [sessionId], { home, words: [], openBrowser });
    expect(ended.code).toBe(0);
    expect(opened).toHaveLength(1);
    expect(opened[0]).toMatch(new RegExp(`^http://.*/#/sessions/${sessionId}$`));
    expect(ended.stdout).toContain(`/#/sessions/${sessionId}`);
  });

  it('says how to start what serves the page, where nothing does', async () => {
    const { home, sessionId, fake } = await withTimeline();
    await fake.close();
    const ended = await run('open', [sessionId], { home });
    expect(ended.code).toBe(2);
    expect(ended.stdout + ended.stderr).toContain('npx chirpsmith start');
  });
});
