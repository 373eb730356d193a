/** An upload did not work. The message is a sentence for a person. */
export class UploadFailure extends Error {
  override readonly name = 'UploadFailure';
  /** `again`: sending the same later may help; `sign`: its URL may be too old; `never`: the file has changed. */
  readonly helps: 'again' | 'sign' | 'never';

  constructor(message: string, helps: UploadFailure['helps']) {
    super(message);
    this.helps = helps;
  }
}

export interface SignedPut {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Milliseconds without a sign of progress. */
const idleMs = 30_000;

/**
 * Sends bytes to a signed URL. By XMLHttpRequest, for no other way tells how far an upload has come.
 * @throws UploadFailure, or the signal's reason
 */
export function put(
  { url, headers }: SignedPut,
  bytes: Blob,
  { signal, onProgress }: { readonly signal: AbortSignal; onProgress(sent: number): void },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let idle: number | undefined;
    const lost = () => reject(new UploadFailure('The connection to the storage was lost.', 'again'));
    const wait = () => {
      clearTimeout(idle);
      idle = window.setTimeout(() => request.abort(), idleMs);
    };
    const stop = () => request.abort();
    signal.addEventListener('abort', stop);
    request.upload.onprogress = ({ loaded }) => {
      wait();
      onProgress(loaded);
    };
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve();
      else reject(refusal(request.status, request.responseText));
    };
    request.onerror = lost;
    request.onabort = () => (signal.aborted ? reject(signal.reason) : lost());
    request.onloadend = () => {
      clearTimeout(idle);
      signal.removeEventListener('abort', stop);
    };
    request.open('PUT', url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    wait();
    request.send(bytes);
  });
}

/** By the storage's own code; its message may quote the signed request, so that it is left out. */
function refusal(status: number, body: string): UploadFailure {
  const code = /<Code>([A-Za-z0-9.]{1,64})<\/Code>/.exec(body)?.[1];
  if (code === 'BadDigest' || code === 'XAmzContentChecksumMismatch') {
    return new UploadFailure('The file has changed since it was looked into: choose it again.', 'never');
  }
  const words = `The storage refused it (${code ?? status}).`;
  if (status === 403) return new UploadFailure(words, 'sign');
  const again = status >= 500 || status === 429 || status === 408 || code === 'RequestTimeout';
  return new UploadFailure(words, again ? 'again' : 'never');
}
