import { createHash, createHmac } from 'node:crypto';
import { bucket, credentials, region, send } from '../../../../test-support/s3-bucket.ts';

const hash = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();

/** Puts an object with every header given signed, as a client would that does not check its own request. */
export async function signedPut(
  url: string,
  key: string,
  payloadHash: string,
  headers: Record<string, string>,
  body: Buffer | ((chunkSignature: (bytes: Buffer) => string) => Buffer),
) {
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `${date.slice(0, 8)}/${region}/s3/aws4_request`;
  const all: Record<string, string> = {
    ...headers,
    host: new URL(url).host,
    'x-amz-content-sha256': payloadHash,
    'x-amz-date': date,
  };
  const names = Object.keys(all).sort();
  const canonical = [
    'PUT',
    `/${bucket}/${key}`,
    '',
    ...names.map((name) => `${name}:${all[name]}`),
    '',
    names.join(';'),
    payloadHash,
  ].join('\n');
  const signingKey = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${credentials.secretAccessKey}`);
  const sign = (kind: string, ...rest: string[]) =>
    hmac(signingKey, [kind, date, scope, ...rest].join('\n')).toString('hex');
  const signature = sign('AWS4-HMAC-SHA256', hash(canonical));

  let previous = signature;
  const chunkSignature = (bytes: Buffer) => {
    previous = sign('AWS4-HMAC-SHA256-PAYLOAD', previous, hash(''), hash(bytes));
    return previous;
  };
  const bytes = typeof body === 'function' ? body(chunkSignature) : body;
  const credential = `Credential=${credentials.accessKeyId}/${scope}`;
  return send(`${url}/${bucket}/${key}`, {
    method: 'PUT',
    headers: {
      // Node sends neither length nor chunks by itself when given them.
      ...('content-length' in all || 'transfer-encoding' in all
        ? {}
        : { 'content-length': String(bytes.length) }),
      ...all,
      authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
    },
    body: bytes,
  });
}
