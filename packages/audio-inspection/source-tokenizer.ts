import { AbstractTokenizer, EndOfStreamError, type IReadChunkOptions } from 'strtok3';
import type { ByteSource } from './inspection.ts';

/** Longest piece that a parser may ask for at once; a header that claims more is lying. */
const maxBufferSize = 2_000_000;

/** Lets `file-type` read a {@link ByteSource} at random positions. */
export class SourceTokenizer extends AbstractTokenizer {
  readonly fileInfo: { readonly size: number };
  readonly #source: ByteSource;
  /** The error of a failed read. The parser may swallow or wrap it; this distinguishes it from the parser's own. */
  sourceError: unknown;

  constructor(source: ByteSource) {
    super({ maxBufferSize });
    this.#source = source;
    // Nothing but the size: given a path or a MIME type, the parser would believe them.
    this.fileInfo = { size: source.size };
  }

  supportsRandomAccess(): boolean {
    return true;
  }

  setPosition(position: number): void {
    this.position = position;
  }

  async readBuffer(target: Uint8Array, options?: IReadChunkOptions): Promise<number> {
    const position = options?.position ?? this.position;
    const length = await this.peekBuffer(target, options);
    this.position = position + length;
    return length;
  }

  async peekBuffer(target: Uint8Array, options?: IReadChunkOptions): Promise<number> {
    const { position, length, mayBeLess } = this.normalizeOptions(target, options);
    const there = Math.max(0, Math.min(length, this.#source.size - position));
    if (there < length && !mayBeLess) throw new EndOfStreamError();
    if (there > 0) target.set(await this.#read(position, there));
    return there;
  }

  async #read(position: number, length: number): Promise<Uint8Array> {
    try {
      return await this.#source.read(position, length);
    } catch (error) {
      this.sourceError ??= error;
      throw error;
    }
  }
}
