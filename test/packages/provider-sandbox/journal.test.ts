import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { virtualClock } from '../../../packages/local-servers/clock.ts';
import { startSandbox } from '../../../packages/provider-sandbox/sandbox.ts';
import { startAudioServer } from './audio-server.ts';
import { sampleClient } from './sample-client.ts';

let directory: string;
let audio: Awaited<ReturnType<typeof startAudioServer>>;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sandbox-'));
  audio = await startAudioServer();
});
afterEach(async () => {
  await audio.close();
  rmSync(directory, { recursive: true });
});

const reopen = async (clock = virtualClock()) => {
  const sandbox = await startSandbox({ port: 0, clock, key: 'k', directory });
  return { sandbox, clock, client: sampleClient(sandbox.url, 'k', clock) };
};

it('a kill loses nothing that was answered', async () => {
  const script = `
    import { scaledClock } from ${JSON.stringify(import.meta.resolve('../../../packages/local-servers/clock.ts'))};
    import { startSandbox } from ${JSON.stringify(import.meta.resolve('../../../packages/provider-sandbox/sandbox.ts'))};
    const sandbox = await startSandbox({
      port: 0, clock: scaledClock(50), key: 'k', directory: ${JSON.stringify(directory)},
    });
    console.log(sandbox.url);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const url = await new Promise<string>((resolve) => {
    child.stdout.once('data', (line) => resolve(String(line).trim()));
  });
  const { prepare, upload } = sampleClient(url, 'k', virtualClock());
  const sessionId = await prepare();
  const taskIds = await Promise.all(
    [1, 2, 3].map((n) => upload(sessionId, `${audio.url}/${n}.wav?sig=s3cret`)),
  );
  child.kill('SIGKILL');
  await ended;

  const { sandbox, client } = await reopen();
  expect(sandbox.ledger().map(({ call }) => call)).toEqual(['prepare', 'upload', 'upload', 'upload']);
  expect(sandbox.credits()).toBe(9997);
  expect((await client.status(sessionId)).status).toBe('ready');
  for (const taskId of taskIds) expect((await client.status(taskId)).taskId).toBe(taskId);
  expect(readFileSync(join(directory, 'journal.jsonl'), 'utf8')).not.toContain('s3cret');
  await sandbox.close();
});

it('time does not go back, and a task goes on where it stopped', async () => {
  const first = await reopen(virtualClock(Date.UTC(2027, 0, 1)));
  const sessionId = await first.client.prepare();
  const taskId = await first.clock.busy(() => first.client.upload(sessionId, `${audio.url}/a.wav`));
  await first.clock.sleep(4000);
  expect((await first.client.status(taskId)).status).toBe('running');
  await first.sandbox.close();

  const { sandbox, client } = await reopen(virtualClock(Date.UTC(2026, 0, 1)));
  expect((await client.status(taskId)).status).toBe('running');
  expect(await client.end(taskId)).not.toBe('');
  const times = sandbox.ledger().map(({ at }) => at);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(await client.prepare()).not.toBe(sessionId);
  await sandbox.close();
});

it('a download that was cut off by the end fails, so that it can be sent again', async () => {
  const first = await reopen();
  const sessionId = await first.client.prepare();
  const taskId = await first.clock.busy(() => first.client.upload(sessionId, `${audio.url}/a.wav`));
  await first.sandbox.close();
  const file = join(directory, 'journal.jsonl');
  const lines = readFileSync(file, 'utf8').split('\n');
  writeFileSync(file, lines.filter((line) => !line.startsWith('{"fetched"')).join('\n'));

  const { sandbox, client } = await reopen();
  await expect(client.end(taskId)).rejects.toThrow('Audio source not found.');
  await sandbox.close();
});

it('drops a last line that was cut off, and refuses any other that it cannot read', async () => {
  const first = await reopen();
  await first.client.prepare();
  await first.sandbox.close();
  const file = join(directory, 'journal.jsonl');
  appendFileSync(file, '{"call":{"seq":2,"at"');
  const second = await reopen();
  await second.client.prepare();
  expect(second.sandbox.ledger().map(({ seq }) => seq)).toEqual([1, 2]);
  await second.sandbox.close();

  appendFileSync(file, 'nonsense\n');
  await expect(reopen()).rejects.toThrow(/line 4 of/);
});
