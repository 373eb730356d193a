import { createReadStream } from 'node:fs';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { patiently } from './retry-outage.ts';
import type { WaitingClock } from './waiting-clock.ts';

/** One PUT to a presigned URL. */
export interface PreparedUpload {
  readonly path: string;
  /** Bytes to be sent, as declared. */
  readonly size: number;
  /** Where the bytes begin in the file: of a part. Without it they are the whole file. */
  readonly start?: number;
  /** Signed: never shown, never logged, in no error. */
  readonly url: string;
  /** To be sent exactly so. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The upload did not work; the message holds no URL. */
export class UploadFailure extends Error {
  override readonly name = 'UploadFailure';
  /** Could sending the same again help? */
  readonly again: boolean;
  /** The URL was refused: it may have expired, and a new one help. */
  readonly urlRefused: boolean;

  constructor(message: string, again: boolean, urlRefused = false) {
    super(message);
    this.again = again;
    this.urlRefused = urlRefused;
  }
}

const idleMs = 30_000;

/** What an upload tells while it goes on, and the time that its pauses take. */
export interface UploadOptions {
  readonly signal: AbortSignal;
  /** Bytes handed to the connection so far; starts again from 0 with every attempt. */
  onProgress(sent: number): void;
  onRetry(attempt: number, reason: string): void;
  readonly clock?: WaitingClock | undefined;
}

/**
 * Sends one file, or a part of it, streaming, with its length known beforehand. Lost connections, 429 and 5xx are tried
 * again for minutes: a PUT of the same bytes may be repeated. Other answers are final.
 * @throws UploadFailure, or the signal's reason
 */
export async function uploadFile(
  upload: PreparedUpload,
  { signal, onProgress, onRetry, clock }: UploadOptions,
): Promise<void> {
  const send = async () => {
    onProgress(0);
    await put(upload, signal, onProgress);
  };
  await patiently(send, {
    signal,
    clock,
    isPassing: (error) => error instanceof UploadFailure && error.again,
    onRetry: (attempt, error) => onRetry(attempt, error instanceof Error ? error.message : String(error)),
  });
}

function put(upload: PreparedUpload, signal: AbortSignal, onProgress: (sent: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const url = new URL(upload.url);
    const { path, start, size } = upload;
    const stretch = start === undefined ? {} : { start, end: start + size - 1 };
    const file = createReadStream(path, { highWaterMark: 256 * 1024, ...stretch });
    let request: ClientRequest;
    let answered = false;
    const fail = (error: Error) => {
      file.destroy();
      request?.destroy();
      reject(error);
    };

    file.on('error', () => fail(new UploadFailure('The file can no longer be read.', false)));
    request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
      method: 'PUT',
      // Without a Content-Length Node would send chunks, which the signature does not admit.
      headers: { ...upload.headers, 'content-length': String(upload.size) },
      signal,
    });
    request.setTimeout(idleMs, () =>
      fail(new UploadFailure(`The storage did not answer for ${idleMs / 1000} s.`, true)),
    );
    request.on('error', (error) => {
      // A refusal closes the connection under our feet; the answer is what counts then.
      if (answered) return;
      const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : '';
      fail(
        signal.aborted ? error : new UploadFailure(`The connection to the storage was lost${code}.`, true),
      );
    });
    request.on('response', (response) => {
      answered = true;
      readAnswer(response).then(
        (body) => {
          const status = response.statusCode ?? 0;
          if (status >= 200 && status < 300) return resolve();
          fail(refusal(status, body));
        },
        () => fail(new UploadFailure('The connection to the storage was lost.', true)),
      );
    });

    let sent = 0;
    file.on('data', (chunk) => {
      if (sent + chunk.length > upload.size) {
        fail(new UploadFailure('The file has grown since it was checked: run the command again.', false));
        return;
      }
      sent += chunk.length;
      if (!request.write(chunk)) {
        file.pause();
        request.once('drain', () => file.resume());
      }
      onProgress(sent);
    });
    file.on('end', () => {
      if (sent === upload.size) request.end();
      else fail(new UploadFailure('The file has shrunk since it was checked: run the command again.', false));
    });
  });
}

async function readAnswer(response: IncomingMessage): Promise<string> {
  let body = '';
  response.setEncoding('utf8');
  for await (const chunk of response) if (body.length < 10_000) body += chunk;
  return body;
}

/** The storage's own code for why; its message may quote the request, so it is left out. */
function refusal(status: number, body: string): UploadFailure {
  const code = /<Code>([A-Za-z0-9.]{1,64})<\/Code>/.exec(body)?.[1];
  const words = `The storage refused the upload (${code ?? `HTTP ${status}`})`;
  if (code === 'BadDigest' || code === 'XAmzContentChecksumMismatch') {
    return new UploadFailure(`${words}: the file has changed since it was checked.`, false);
  }
  const again =
    status >= 500 || status === 429 || status === 408 || code === 'RequestTimeout' || code === 'SlowDown';
  return new UploadFailure(`${words}.`, again, status === 403);
}
