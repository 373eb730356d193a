import { signal } from '@preact/signals';
import type { CreatedSessionAnswer } from '../../../functions/api/contract/session.ts';
import type { TrackAnswer } from '../../../functions/api/contract/track.ts';
import { ask, pathOf, Refusal, Unreachable } from '../api.ts';
import type { FoundFile } from '../files/found-files.ts';
import { hashFile, UnreadableFile } from '../files/inspector.ts';
import { SignedOut } from '../sign-in.ts';
import { type SignedPut, UploadFailure } from './put.ts';
import {
  forgetSession,
  type RememberedFile,
  type RememberedSession,
  rememberedSession,
} from './remembered.ts';
import { askForUploads, type Silent, sendFile } from './send-file.ts';
import { tellStored, tellUnderWay } from './under-way.ts';

/** Files on their way at the same time. */
const atOnce = 4;
/** Most files that one request declares or asks about. */
const filesPerRequest = 200;

/** A track whose file nothing has looked at yet. */
type Declared = Pick<TrackAnswer, 'trackId' | 'file'>;

/** A file that is not in storage yet, or was not when the page looked. */
export interface Row {
  readonly trackId: string;
  readonly name: string;
  readonly sha256: string;
  /** Bytes; unknown until the file is found again. */
  size: number | undefined;
  sent: number;
  state: 'waiting' | 'sending' | 'there' | 'lost' | 'failed';
  /** How often it was begun. */
  tries: number;
  /** When it was begun, milliseconds since 1970. */
  since: number;
  trouble?: string;
}

/**
 * `asking`: what is there; `sending`; `paused`; `lost`: files must be chosen again; `done`: all are there;
 * `failed`: the API refuses, or a file cannot be sent
 */
type State = 'asking' | 'sending' | 'paused' | 'lost' | 'done' | 'failed';

/** The sending of one session's files. There is one for a session, however often its view is opened. */
export class Sending {
  readonly sessionId: string;
  readonly state = signal<State>('asking');
  /** Changes with the rows, a few times a second. */
  readonly version = signal(0);
  readonly trouble = signal('');
  /** No answer comes: when it is tried again, milliseconds since 1970, and whose. */
  readonly waits = signal<{ readonly until: number; readonly silent: Silent } | undefined>(undefined);
  rows: Row[] = [];
  #remembered: RememberedSession | undefined;
  readonly #files: Map<string, File>;
  readonly #signed = new Map<string, SignedPut>();
  #declared = 0;
  #run = new AbortController();
  readonly #done: () => void;

  /** @param done the session has changed */
  constructor(sessionId: string, files: ReadonlyMap<string, File>, done: () => void) {
    this.sessionId = sessionId;
    this.#files = new Map(files);
    this.#done = done;
  }

  get starts(): boolean {
    return this.#remembered?.starts ?? false;
  }

  /** Files of a batch that are still to be declared. */
  get undeclared(): readonly RememberedFile[] {
    return this.#remembered?.files.slice(this.#declared) ?? [];
  }

  /**
   * Asks the server what is there, and sends the rest.
   * @param tracks of the session, that have no file of another track
   */
  async begin(tracks: readonly Declared[]): Promise<void> {
    this.#remembered ??= await rememberedSession(this.sessionId);
    this.#declared = Math.max(this.#declared, tracks.length);
    await this.#guarded(async (run) => {
      this.state.value = 'asking';
      await this.#askAbout(tracks, run);
      await this.#sendAll(run);
    });
  }

  pause(): void {
    this.#run.abort();
    this.state.value = 'paused';
    for (const row of this.rows) if (row.state === 'sending') row.state = 'waiting';
    this.#changed();
  }

  /** Goes on; what is there is asked for again. */
  async goOn(): Promise<void> {
    await this.begin(this.rows.map(({ trackId, name: file }) => ({ trackId, file })));
  }

  /**
   * Takes files that were chosen again. They are known by name and size, and by their hash where that is not enough.
   * @returns how many of them belong to the session
   */
  async give(found: readonly FoundFile[]): Promise<number> {
    let taken = 0;
    const wanted = [
      ...this.rows.filter(({ state }) => state === 'lost'),
      ...this.undeclared.filter(({ sha256 }) => !this.#files.has(sha256)),
    ];
    for (const { file, name } of found) {
      const alike = wanted.filter((one) => one.name === name || one.size === file.size);
      if (alike.length === 0 || alike.every(({ size }) => size !== undefined && size !== file.size)) continue;
      const { sha256 } = await hashFile(file);
      if (!wanted.some((one) => one.sha256 === sha256)) continue;
      this.#files.set(sha256, file);
      taken += 1;
    }
    if (taken > 0) await this.goOn();
    return taken;
  }

  /** Are there files that the browser finds again, if a person allows it? */
  get hasHandles(): boolean {
    return this.#handles().length > 0;
  }

  /** Asks the browser for the files by their handles. To be called when a person presses something. */
  async allow(): Promise<void> {
    for (const handle of this.#handles()) {
      const asked: HandleWithPermission = handle;
      if ((await asked.requestPermission?.({ mode: 'read' })) === 'denied') return;
    }
    await this.goOn();
  }

  #handles(): FileSystemFileHandle[] {
    const lost = new Set(this.rows.filter(({ state }) => state === 'lost').map(({ sha256 }) => sha256));
    return (this.#remembered?.files ?? []).flatMap(({ sha256, handle }) =>
      handle !== undefined && lost.has(sha256) ? [handle] : [],
    );
  }

  async #guarded(work: (run: AbortSignal) => Promise<void>): Promise<void> {
    this.#run.abort();
    this.#run = new AbortController();
    const run = this.#run.signal;
    this.trouble.value = '';
    try {
      await work(run);
    } catch (error) {
      if (run.aborted) return;
      if (error instanceof Unreachable) {
        // The page says it once; it goes on when the API answers.
        this.waits.value = { until: Date.now() + 5000, silent: 'api' };
        setTimeout(() => {
          if (!run.aborted) void this.goOn();
        }, 5000);
        return;
      }
      this.waits.value = undefined;
      if (error instanceof SignedOut) return this.pause();
      if (!(error instanceof Refusal)) throw error;
      this.trouble.value = [error.message, ...error.problems.map(({ message }) => message)].join(' ');
      this.state.value = 'failed';
      this.#run.abort();
    } finally {
      this.#changed();
    }
  }

  async #askAbout(tracks: readonly Declared[], run: AbortSignal): Promise<void> {
    const sizes = new Map(this.#remembered?.files.map((file) => [file.sha256, file.size]));
    const known = new Map(this.rows.map((row) => [row.trackId, row]));
    const byName = new Map(this.#remembered?.files.map((file) => [file.name, file]));
    const names = new Map(tracks.map(({ trackId, file }) => [trackId, file]));
    const rows: Row[] = [];
    for (let from = 0; from < tracks.length; from += filesPerRequest) {
      const slice = tracks.slice(from, from + filesPerRequest).map(({ trackId }) => ({ trackId }));
      const { uploaded, uploads } = await askForUploads(this.sessionId, slice, run);
      this.waits.value = undefined;
      for (const trackId of uploaded) {
        const name = names.get(trackId) ?? '';
        const { sha256 = '', size } = known.get(trackId) ?? byName.get(name) ?? {};
        rows.push({ trackId, name, sha256, size, sent: size ?? 0, state: 'there', tries: 0, since: 0 });
      }
      for (const { trackId, file: name, sha256, ...signed } of uploads) {
        const size = sizes.get(sha256) ?? this.#files.get(sha256)?.size;
        const { tries = 0 } = known.get(trackId) ?? {};
        rows.push({ trackId, name, sha256, size, sent: 0, state: 'waiting', tries, since: 0 });
        this.#signed.set(trackId, signed);
      }
    }
    this.rows = rows.sort((a, b) => (a.trackId < b.trackId ? -1 : 1));
    this.#changed();
  }

  async #sendAll(run: AbortSignal): Promise<void> {
    for (;;) {
      await this.#findFiles();
      this.state.value = 'sending';
      const waiting = this.rows.filter(({ state }) => state === 'waiting');
      const next = waiting.values();
      const work = async () => {
        for (const row of next) await this.#send(row, run);
      };
      await Promise.all(Array.from({ length: atOnce }, work));
      run.throwIfAborted();
      if (this.rows.some(({ state }) => state === 'lost')) this.state.value = 'lost';
      else if (this.rows.some(({ state }) => state === 'failed')) this.state.value = 'failed';
      else if (this.undeclared.length > 0) {
        await this.#declareMore(run);
        continue;
      } else await this.#end();
      return;
    }
  }

  /** Of those that are to be sent: from this page, or by the handles that the browser has kept. */
  async #findFiles(): Promise<void> {
    const handles = new Map(this.#remembered?.files.map((file) => [file.sha256, file.handle]));
    for (const row of this.rows) {
      if (row.state !== 'waiting' && row.state !== 'lost') continue;
      const file = this.#files.get(row.sha256) ?? (await fileOf(handles.get(row.sha256)));
      if (file !== undefined) this.#files.set(row.sha256, file);
      row.state = file === undefined ? 'lost' : 'waiting';
      row.size = file?.size ?? row.size;
    }
  }

  async #send(row: Row, run: AbortSignal): Promise<void> {
    const file = this.#files.get(row.sha256);
    if (file === undefined || run.aborted) return;
    row.state = 'sending';
    row.tries += 1;
    row.since = Date.now();
    const parts = this.#remembered?.files.find(({ sha256 }) => sha256 === row.sha256)?.parts;
    const signed = this.#signed.get(row.trackId);
    this.#signed.delete(row.trackId);
    try {
      await sendFile(
        this.sessionId,
        { file, trackId: row.trackId, parts, signed },
        {
          signal: run,
          onProgress: (sent) => {
            row.sent = sent;
            if (sent > 0) this.waits.value = undefined;
            this.#changed();
          },
          onWait: (seconds, silent = 'storage') => {
            if (seconds === undefined) row.tries += 1;
            this.waits.value =
              seconds === undefined ? undefined : { until: Date.now() + seconds * 1000, silent };
          },
        },
      );
      row.state = 'there';
    } catch (error) {
      if (run.aborted) return;
      if (!(error instanceof UploadFailure || error instanceof UnreadableFile)) throw error;
      row.state = 'failed';
      row.trouble = error.message;
      this.#files.delete(row.sha256);
    }
    this.#changed();
  }

  /** The next files of a batch: the URLs of thousands fit into no one answer. */
  async #declareMore(run: AbortSignal): Promise<void> {
    const slice = this.undeclared.slice(0, filesPerRequest);
    const body = {
      from: this.#declared,
      files: slice.map(({ name, size, sha256 }) => ({ name, size, sha256 })),
      ...(this.#remembered?.rights ? { rights: true } : {}),
    };
    const { uploads } = (
      await ask<CreatedSessionAnswer>('POST', pathOf(this.sessionId, '/files'), { body, signal: run })
    ).body;
    this.#declared += slice.length;
    const sizes = new Map(slice.map((file) => [file.sha256, file.size]));
    for (const { trackId, file: name, sha256, ...signed } of uploads) {
      const size = sizes.get(sha256);
      this.rows.push({ trackId, name, sha256, size, sent: 0, state: 'waiting', tries: 0, since: 0 });
      this.#signed.set(trackId, signed);
    }
    this.#changed();
  }

  async #end(): Promise<void> {
    const { starts = false, startKey: key = crypto.randomUUID() } = this.#remembered ?? {};
    if (starts) await ask('POST', pathOf(this.sessionId, '/start'), { key });
    await forgetSession(this.sessionId);
    this.#files.clear();
    sendings.delete(this.sessionId);
    this.state.value = 'done';
    this.#done();
  }

  #isToldSoon = false;
  #changed(): void {
    if (this.#isToldSoon) return;
    this.#isToldSoon = true;
    setTimeout(() => {
      this.#isToldSoon = false;
      this.version.value += 1;
      const there = this.rows.filter(({ state }) => state === 'there').length;
      const all = this.rows.length + this.undeclared.length;
      const isOver =
        this.state.value === 'done' || this.state.value === 'asking' || (there === all && !this.starts);
      if (this.state.value !== 'asking' && all > 0) tellStored(this.sessionId, { there, all });
      tellUnderWay(this.sessionId, isOver ? undefined : { there, all });
    }, 100);
  }
}

/** The file behind a handle, where the browser still lets the page read it without a question. */
async function fileOf(handle: FileSystemFileHandle | undefined): Promise<File | undefined> {
  try {
    return await handle?.getFile();
  } catch {
    return undefined;
  }
}

/** As Chromium has it; the types of TypeScript lack it. */
interface HandleWithPermission extends FileSystemFileHandle {
  requestPermission?(options: { mode: 'read' }): Promise<PermissionState>;
}

const sendings = new Map<string, Sending>();
const handedOver = new Map<string, ReadonlyMap<string, File>>();

/** Files of a session that has just been created, by their SHA-256: they are in this page already. */
export function handOver(sessionId: string, files: ReadonlyMap<string, File>): void {
  handedOver.set(sessionId, files);
}

/** @param done the session has changed */
export function sendingOf(sessionId: string, done: () => void): Sending {
  const found = sendings.get(sessionId);
  if (found) return found;
  const sending = new Sending(sessionId, handedOver.get(sessionId) ?? new Map(), done);
  handedOver.delete(sessionId);
  sendings.set(sessionId, sending);
  return sending;
}
