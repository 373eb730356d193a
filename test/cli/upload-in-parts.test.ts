import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type AskForUpload, uploadInParts } from '../../cli/upload-in-parts.ts';
import { partSize } from '../../functions/domain/file-parts.ts';
import { jumpingClock } from './jumping-clock.ts';
import { temporaryFolder } from './run-command.ts';

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const bytes = Buffer.alloc(2 * partSize + 1000, 'sound of a long file ');
const slices = [0, 1, 2].map((index) => bytes.subarray(index * partSize, (index + 1) * partSize));
const quiet = { signal: new AbortController().signal, onProgress: () => {}, onRetry: () => {} };

/** A storage that keeps parts by their number, and an API that asks for those that are missing. */
async function storage(answerTo: (put: number) => number = () => 200) {
  const there = new Map<number, string>();
  const puts: number[] = [];
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    const number = Number((request.url ?? '').slice(1));
    puts.push(number);
    const status = answerTo(puts.length);
    if (status === 200) there.set(number, digest(Buffer.concat(pieces)));
    response.writeHead(status).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const ask: AskForUpload = async ({ trackId, parts = [] }) => {
    const missing = parts.flatMap((sha256, index) => (there.get(index + 1) === sha256 ? [] : [index + 1]));
    const upload = (number: number) => ({
      number,
      size: slices[number - 1]?.length ?? 0,
      method: 'PUT' as const,
      url: `http://127.0.0.1:${port}/${number}`,
      headers: {},
    });
    const about = { trackId, file: 'long.wav', sha256: digest(bytes), expiresAt: '' };
    const inParts = missing.length === 0 ? [] : [{ ...about, parts: missing.map(upload) }];
    return { uploaded: missing.length === 0 ? [trackId] : [], uploads: [], inParts };
  };
  return { there, puts, ask };
}

async function longFile(content = bytes) {
  const path = join(await temporaryFolder(), 'long.wav');
  await writeFile(path, content);
  return { path, size: bytes.length, sha256: digest(bytes) };
}

it('a long file is sent part by part, and one that was cut off goes on where it stopped', async () => {
  const file = await longFile();
  const cut = await storage((put) => (put === 2 ? 400 : 200));
  await expect(uploadInParts(file, '001', cut.ask, quiet)).rejects.toThrow('HTTP 400');
  expect(cut.puts).toEqual([1, 2]);
  const progress: number[] = [];
  const onProgress = (sent: number) => void progress.push(sent);
  await uploadInParts(file, '001', cut.ask, { ...quiet, onProgress });
  expect(cut.puts).toEqual([1, 2, 2, 3]);
  expect([...cut.there.values()]).toEqual(slices.map(digest));
  expect([progress[0], progress.at(-1)]).toEqual([partSize, bytes.length]);
});

it('an outage in the middle costs the part that was under way, and no other', async () => {
  const { ask, puts } = await storage((put) => (put === 2 || put === 3 ? 503 : 200));
  await uploadInParts(await longFile(), '001', ask, { ...quiet, clock: jumpingClock() });
  expect(puts).toEqual([1, 2, 2, 2, 3]);
});

it('parts whose URLs have expired are signed anew, but not for ever', async () => {
  const once = await storage((put) => (put === 2 ? 403 : 200));
  await uploadInParts(await longFile(), '001', once.ask, quiet);
  expect(once.puts).toEqual([1, 2, 2, 3]);
  const always = await storage((put) => (put > 1 ? 403 : 200));
  await expect(uploadInParts(await longFile(), '001', always.ask, quiet)).rejects.toThrow('HTTP 403');
  expect(always.puts).toEqual([1, 2, 2]);
});

it('a file that has changed since it was checked is not sent', async () => {
  const changed = Buffer.from(bytes);
  changed[5] = 0;
  const { ask, puts } = await storage();
  await expect(uploadInParts(await longFile(changed), '001', ask, quiet)).rejects.toThrow('has changed');
  expect(puts).toEqual([]);
});
