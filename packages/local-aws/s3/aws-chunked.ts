import { createHash } from 'node:crypto';
import { AwsError } from '../aws-error.ts';

export interface AwsChunkedOptions {
  /** Given when each chunk is signed; throws when the signature is not that of the bytes. */
  readonly verifyChunk: ((chunkHash: string, signature: string) => void) | undefined;
  /** Receives what follows the last chunk; lower-case names. */
  readonly onTrailers: (trailers: ReadonlyMap<string, string>) => void;
}

/** Longest line of the framing, and longest trailer (choices; real ones are under 200 bytes). */
const longestLine = 1024;
const longestTrailer = 4096;

function malformed(what: string): never {
  throw new AwsError('InvalidRequest', 400, `The aws-chunked body is malformed: ${what}.`);
}

/** Reads lines and counted bytes from a stream of buffers. */
function byteReader(source: AsyncIterable<Buffer>) {
  const chunks = source[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);

  const more = async (): Promise<boolean> => {
    const next = await chunks.next();
    if (next.done) return false;
    rest = rest.length === 0 ? next.value : Buffer.concat([rest, next.value]);
    return true;
  };
  return {
    /** A line without its CRLF; `undefined` at the end of the stream. */
    async line(): Promise<string | undefined> {
      let end = rest.indexOf('\r\n');
      while (end < 0) {
        if (rest.length > longestLine) malformed('a line of the framing is too long');
        if (!(await more())) return rest.length === 0 ? undefined : malformed('it ends within a line');
        end = rest.indexOf('\r\n');
      }
      const line = rest.toString('latin1', 0, end);
      rest = rest.subarray(end + 2);
      return line;
    },
    /** The next `count` bytes, in pieces as they come. */
    async *bytes(count: number): AsyncGenerator<Buffer> {
      let left = count;
      while (left > 0) {
        if (rest.length === 0 && !(await more())) {
          throw new AwsError('IncompleteBody', 400, 'The body ends before its last chunk.');
        }
        const piece = rest.subarray(0, left);
        rest = rest.subarray(piece.length);
        left -= piece.length;
        yield piece;
      }
    },
  };
}

/**
 * The bytes within an aws-chunked body (`STREAMING-…`): chunks of a hexadecimal length, each perhaps signed,
 * a last one of length 0, and trailers. Source: "Signature Calculations for the Authorization Header:
 * Transferring Payload in Multiple Chunks", Amazon S3 API reference.
 */
export async function* decodeAwsChunked(
  source: AsyncIterable<Buffer>,
  { verifyChunk, onTrailers }: AwsChunkedOptions,
): AsyncGenerator<Buffer> {
  const reader = byteReader(source);
  for (;;) {
    const head = await reader.line();
    if (head === undefined) throw new AwsError('IncompleteBody', 400, 'The body ends before its last chunk.');
    const parts = /^([0-9a-fA-F]{1,8})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(head);
    if (!parts?.[1]) return malformed('a chunk does not begin with its length');
    if ((parts[2] !== undefined) !== (verifyChunk !== undefined)) {
      malformed(verifyChunk ? 'a chunk is not signed' : 'a chunk is signed, which was not announced');
    }
    const length = Number.parseInt(parts[1], 16);
    const hash = verifyChunk && createHash('sha256');
    for await (const piece of reader.bytes(length)) {
      hash?.update(piece);
      yield piece;
    }
    if (hash) verifyChunk?.(hash.digest('hex'), parts[2] ?? '');
    if (length === 0) break;
    if ((await reader.line()) !== '') malformed('a chunk is longer than it says');
  }

  const trailers = new Map<string, string>();
  let size = 0;
  for (;;) {
    const line = await reader.line();
    if (line === undefined) break;
    if (line === '') continue;
    size += line.length;
    if (size > longestTrailer) malformed('the trailer is too long');
    const colon = line.indexOf(':');
    if (colon < 1)
      throw new AwsError('MalformedTrailerError', 400, 'The trailer is not of the form name:value.');
    const name = line.slice(0, colon).trim().toLowerCase();
    if (trailers.has(name))
      throw new AwsError('MalformedTrailerError', 400, `The trailer has ${name} twice.`);
    trailers.set(name, line.slice(colon + 1).trim());
  }
  onTrailers(trailers);
}
