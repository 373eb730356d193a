import type { ByteSource } from './inspection.ts';

/** What looking into one file may cost, also one that was made to cost much. */
export interface ReadBudget {
  /** Reads of the source: GETs, when it is in S3. */
  readonly reads: number;
  /** Bytes in all reads together. */
  readonly bytes: number;
  /** Bytes are fetched in blocks of this size and kept, so that small reads do not become GETs. */
  readonly blockBytes: number;
}

/** 64 reads and 2 MB (a choice): enough for both ends and a dozen places of a file of any size. */
export const defaultReadBudget: ReadBudget = { reads: 64, bytes: 2_000_000, blockBytes: 32 * 1024 };

/** The next read would exceed the budget. */
export class ReadBudgetSpent extends Error {
  override readonly name = 'ReadBudgetSpent';
}

/** The source does not give its bytes, or not in time; another try may succeed. */
export class UnreadableSource extends Error {
  override readonly name = 'UnreadableSource';
}

/** A source that stops after its budget, and remembers what it has read. */
export interface BoundedSource extends ByteSource {
  /** Reads made so far. */
  readonly reads: number;
  /** Bytes read so far. */
  readonly bytesRead: number;
}

/**
 * Puts a budget and a block cache around a source. Neighbouring blocks that are missing are fetched in one read.
 * `read` throws {@link ReadBudgetSpent}, {@link UnreadableSource}, the source's own error, or the reason of `signal`
 * once that is aborted.
 */
export function boundSource(source: ByteSource, budget: ReadBudget, signal?: AbortSignal): BoundedSource {
  const blocks = new Map<number, Uint8Array>();
  const { blockBytes } = budget;
  let reads = 0;
  let bytesRead = 0;

  const fetchBlocks = async (first: number, last: number) => {
    const offset = first * blockBytes;
    const length = Math.min((last + 1) * blockBytes, source.size) - offset;
    if (reads + 1 > budget.reads || bytesRead + length > budget.bytes) {
      throw new ReadBudgetSpent(`more than ${budget.reads} reads or ${budget.bytes} bytes`);
    }
    reads++;
    bytesRead += length;
    const bytes = await orAborted(source.read(offset, length), signal);
    if (bytes.length !== length) {
      throw new UnreadableSource('The file gave fewer bytes than its size promises.');
    }
    for (let block = first; block <= last; block++) {
      const from = (block - first) * blockBytes;
      blocks.set(block, bytes.subarray(from, from + blockBytes));
    }
  };

  return {
    size: source.size,
    get reads() {
      return reads;
    },
    get bytesRead() {
      return bytesRead;
    },
    around: (offset) => ({ offset: Math.floor(offset / blockBytes) * blockBytes, length: blockBytes }),
    async read(offset, length) {
      signal?.throwIfAborted();
      const end = Math.min(offset + length, source.size);
      // Places are computed from what a file says: they may lie before its beginning, or be no number at all.
      if (!(offset >= 0 && end > offset)) return new Uint8Array(0);
      const first = Math.floor(offset / blockBytes);
      const last = Math.floor((end - 1) / blockBytes);
      for (let block = first; block <= last; block++) {
        if (blocks.has(block)) continue;
        let until = block;
        while (until < last && !blocks.has(until + 1)) until++;
        await fetchBlocks(block, until);
        block = until;
      }
      const result = new Uint8Array(end - offset);
      for (let block = first; block <= last; block++) {
        const start = block * blockBytes;
        const part = blocks
          .get(block)
          ?.subarray(Math.max(0, offset - start), Math.min(blockBytes, end - start));
        if (part) result.set(part, Math.max(0, start - offset));
      }
      return result;
    },
  };
}

/** The part of a source from `start` to `end` as a source of its own. */
export function slice(source: ByteSource, start: number, end: number = source.size): ByteSource {
  const size = Math.max(0, Math.min(end, source.size) - start);
  return {
    size,
    around: (offset) => {
      const outer = source.around?.(start + offset) ?? { offset: start + offset, length: 0 };
      return { offset: Math.max(0, outer.offset - start), length: outer.length };
    },
    read: (offset, length) => source.read(start + offset, Math.max(0, Math.min(length, size - offset))),
  };
}

function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
