import { writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { UploadFailure, uploadFile } from '../../cli/upload-file.ts';
import { jumpingClock } from './jumping-clock.ts';
import { temporaryFolder } from './run-command.ts';

const size = 700_000;

async function upload(
  listener: RequestListener,
  options: {
    declared?: number;
    onRetry?: (attempt: number, reason: string) => void;
    signal?: AbortSignal;
  } = {},
) {
  const path = join(await temporaryFolder(), 'a.wav');
  await writeFile(path, Buffer.alloc(size, 7));
  const server = createServer(listener);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const progress: number[] = [];
  const clock = jumpingClock();
  const work = uploadFile(
    {
      path,
      size: options.declared ?? size,
      url: `http://127.0.0.1:${port}/audio/1?X-Amz-Signature=secret`,
      headers: { 'x-amz-checksum-sha256': 'sum' },
    },
    {
      signal: options.signal ?? new AbortController().signal,
      onProgress: (sent) => progress.push(sent),
      onRetry: options.onRetry ?? (() => {}),
      clock,
    },
  );
  return { work, progress, clock };
}

/** Reads the request to its end, then answers. */
const answering =
  (status: number, code?: string): RequestListener =>
  (request, response) => {
    request.resume().on('end', () => {
      response.writeHead(status).end(code === undefined ? '' : `<Error><Code>${code}</Code></Error>`);
    });
  };

describe('uploading a file', () => {
  it('streams with the declared length and the signed headers, and reports the bytes as they go', async () => {
    let seen: Record<string, unknown> = {};
    const { work, progress } = await upload((request, response) => {
      seen = request.headers;
      answering(200)(request, response);
    });
    await work;
    expect(seen).toMatchObject({ 'content-length': String(size), 'x-amz-checksum-sha256': 'sum' });
    expect(seen).not.toHaveProperty('transfer-encoding');
    expect(progress[0]).toBe(0);
    expect(progress.at(-1)).toBe(size);
    expect(progress.length).toBeGreaterThan(3);
  });

  it.each([500, 503, 429])('tries again after a %i', async (status) => {
    let calls = 0;
    const reasons: string[] = [];
    const { work } = await upload(
      (request, response) => answering(++calls < 3 ? status : 200)(request, response),
      { onRetry: (attempt, reason) => reasons.push(`${attempt} ${reason}`) },
    );
    await work;
    expect(calls).toBe(3);
    expect(reasons).toEqual([
      `1 The storage refused the upload (HTTP ${status}).`,
      `2 The storage refused the upload (HTTP ${status}).`,
    ]);
  });

  it('waits for an outage of minutes, with growing pauses, and gives up after ten', async () => {
    const { work, clock } = await upload((request) => request.socket.destroy());
    await expect(work).rejects.toThrow(/connection to the storage was lost/);
    expect(clock.pauses.slice(0, 4)).toEqual([300, 600, 1200, 2400]);
    expect(Math.max(...clock.pauses)).toBe(20_000);
    expect(clock.now()).toBeGreaterThanOrEqual(600_000);
    expect(clock.now()).toBeLessThan(630_000);
  });

  it('goes on after an outage of nine minutes', async () => {
    let isBack = (): boolean => false;
    const { work, clock } = await upload((request, response) =>
      isBack() ? answering(200)(request, response) : request.socket.destroy(),
    );
    isBack = () => clock.now() > 540_000;
    await work;
    expect(clock.now()).toBeGreaterThan(540_000);
  });

  it('does not try again what is refused for good, and shows the code but not the URL', async () => {
    let calls = 0;
    const { work } = await upload((request, response) => {
      calls++;
      answering(403, 'AccessDenied')(request, response);
    });
    const error = await work.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UploadFailure);
    expect(String(error)).toContain('AccessDenied');
    expect(String(error)).not.toContain('secret');
    expect(calls).toBe(1);
  });

  it('hears a refusal that comes before the file was read', async () => {
    const { work } = await upload((_request, response) => {
      response.writeHead(400, { connection: 'close' }).end('<Error><Code>BadDigest</Code></Error>');
    });
    await expect(work).rejects.toThrow(/BadDigest|connection/);
  });

  it.each([
    ['grown', size - 1],
    ['shrunk', size + 1],
  ])('notices that the file has %s since it was checked', async (how, declared) => {
    const { work } = await upload(answering(200), { declared });
    await expect(work).rejects.toThrow(how);
  });

  it('stops at once when it is interrupted', async () => {
    const controller = new AbortController();
    const { work } = await upload(() => controller.abort(new Error('interrupted')), {
      signal: controller.signal,
    });
    await expect(work).rejects.toThrow('interrupted');
  });
});
