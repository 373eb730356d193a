import type { SessionKind } from '../shared/state-contracts.ts';
import type { DurationStore } from './durations.ts';
import type { ProviderOrigin } from './provider-origin.ts';
import type { Session, SessionStatus, Track } from './session.ts';
import type { TrackTally } from './track-tally.ts';

/** Fields to change; undefined removes one. */
export type Changes<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** Ids of the provider's that belong to one session of ours each; a persona's, to one clip of one. */
export type ProviderId = 'session' | 'model' | 'task' | 'clip' | 'persona';

/** A session with its tracks, in their order. */
export interface SessionWithTracks {
  readonly session: Session;
  readonly tracks: readonly Track[];
}

/** Which sessions of an owner to list. */
export interface SessionQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly kind?: SessionKind | undefined;
  readonly status?: readonly SessionStatus[] | undefined;
  /** A part of the name, in any case, or the beginning of the id. */
  readonly search?: string | undefined;
  /** Also counts the sessions by their status. */
  readonly counts?: boolean | undefined;
}

/** A page of them: at most `limit`, and fewer, or none, where few of those that were read match. */
export interface SessionList {
  readonly sessions: Session[];
  /** By status, those of the kind and the name, also of statuses that are not listed. */
  readonly counts?: { [Status in SessionStatus]?: number };
  /** Records that were read to count them, from the cursor on; `whole` if there are no others. */
  readonly counted?: { readonly whole: boolean; readonly read: number };
  /** Opaque: the `cursor` of the page after. */
  readonly next?: string;
}

/**
 * The records of the sessions. Every write is a conditional one: a new item must not exist, a change must
 * find the version that its author saw. All methods throw {@link ChirpsmithError}: `RecordConflict`,
 * `StorageUnavailable`, `AccessDenied`, or `Unexpected` for a record that does not parse.
 */
export interface SessionStore extends DurationStore {
  /** Writes the tracks, then the session: a session that can be read is complete. */
  create(session: Session, tracks: readonly Track[]): Promise<void>;
  /**
   * Adds tracks to a session that no run processes yet. Existing tracks must be the same files, untouched.
   * Of two concurrent declarations, one gets the conflict.
   */
  addTracks(session: Session, tracks: readonly Track[]): Promise<void>;
  /** The session and its tracks, or undefined when there is none or it has expired. */
  read(sessionId: string): Promise<SessionWithTracks | undefined>;
  /** The same, for a state that cannot go on without. @throws ChirpsmithError SessionNotFound */
  require(sessionId: string): Promise<SessionWithTracks>;
  requireSession(sessionId: string): Promise<Session>;
  requireTrack(sessionId: string, trackId: string): Promise<Track>;
  /** At most `limit` tracks that come after one, in their order; `more` says that others follow. */
  readTracks(
    sessionId: string,
    page: { after?: string; limit: number },
  ): Promise<{ tracks: Track[]; more: boolean }>;
  /**
   * The session with such a page of its tracks: the first one by one query. Undefined when there is no such session, or
   * it has expired.
   */
  readWithTracks(
    sessionId: string,
    page: { after?: string | undefined; limit: number },
  ): Promise<(SessionWithTracks & { readonly more: boolean }) | undefined>;
  /** What is counted of the tracks after one: they are read page by page, and none is kept. */
  tallyTracks(sessionId: string, after?: string): Promise<TrackTally>;
  /** Changes fields (undefined removes one), keeps a failure that is replaced, and returns the session as it is now. */
  updateSession(session: Session, changes: Changes<Session>): Promise<Session>;
  /**
   * The same for a change that does not depend on concurrent writes: reads, changes and writes again
   * until no other write came in between. `change` returns undefined to leave the record as it is.
   */
  changeSession(
    sessionId: string,
    change: (session: Session) => Changes<Session> | undefined,
  ): Promise<Session>;
  updateTrack(track: Track, changes: Changes<Track>): Promise<Track>;
  /**
   * Writes down that an id of the provider's belongs to this session. Doing it again changes nothing. The same id of
   * another provider, or in another dialect, is another one.
   * @param clipId the clip of the session that it belongs to, where it is not the session's own
   * @throws ChirpsmithError ProviderContradiction when it is another session's, or another clip's
   */
  claimId(session: Session, what: ProviderId, id: string, clipId?: string): Promise<void>;
  /** Which session an id at a place belongs to, where a session has claimed it and it has not expired. */
  findId(what: ProviderId, id: string, place: ProviderOrigin | undefined): Promise<string | undefined>;
}

/** Finds sessions whose ids are not known. Apart from the store, because few functions need it. */
export interface SessionLists {
  /** Sessions whose record says that work is under way, longest untouched first. */
  listRunning(limit: number): Promise<Session[]>;
  /** Sessions that wait for their start and were last touched between these moments, in milliseconds. */
  listNotStarted(touched: { from: number; to: number }, limit: number): Promise<Session[]>;
  /** Sessions of one owner, newest first. An invented cursor, or another owner's, is a `BadInput`. */
  list(owner: string, query: SessionQuery): Promise<SessionList>;
}

/** Forgets sessions; apart for the same reason. */
export interface SessionRemoval {
  /** Forgets tracks of a session that is being deleted. Forgetting them twice is no error. */
  removeTracks(sessionId: string, trackIds: readonly string[]): Promise<void>;
  /** Forgets a session that is being deleted, after its tracks. Forgetting it twice is no error. */
  remove(sessionId: string): Promise<void>;
}

/** All of them at once. */
export interface WholeSessionStore extends SessionStore, SessionLists, SessionRemoval {}

/** Changes of a session that leave its status alone. */
export interface SessionNotes {
  updateSession(session: Session, changes: Omit<Changes<Session>, 'status'>): Promise<Session>;
  changeSession(
    sessionId: string,
    change: (session: Session) => Omit<Changes<Session>, 'status'> | undefined,
  ): Promise<Session>;
}

/**
 * Called after each write; the writer waits for it. Must not throw: the write cannot be undone.
 */
export interface StoreObserver {
  /** `before` is missing when the session is new. */
  session(before: Session | undefined, after: Session): Promise<void>;
  track(before: Track, after: Track): void;
}
