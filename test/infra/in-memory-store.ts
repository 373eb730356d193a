import type { Session, Track } from '../../functions/domain/session.ts';
import type { WholeSessionStore } from '../../functions/domain/session-records.ts';

/** One session with one track in a variable: for runs by the thousand, of one branch and nobody beside it. */
export function inMemoryStore(session: Session, track: Track): WholeSessionStore {
  const unused = async () => {
    throw new Error('The loops use no such thing.');
  };
  return {
    create: unused,
    addTracks: unused,
    findId: unused,
    list: unused,
    listRunning: unused,
    readTracks: unused,
    readWithTracks: unused,
    tallyTracks: unused,
    removeTracks: unused,
    remove: unused,
    claimId: async () => {},
    addDurations: async () => {},
    recentDurations: async () => ({ upload: [], training: [] }),
    listNotStarted: unused,
    read: async () => ({ session, tracks: [track] }),
    require: async () => ({ session, tracks: [track] }),
    requireSession: async () => session,
    requireTrack: async () => track,
    updateSession: async (_, changes) => {
      session = Object.assign({}, session, changes);
      return session;
    },
    changeSession: async (_, change) => {
      session = Object.assign({}, session, change(session));
      return session;
    },
    updateTrack: async (_, changes) => {
      track = Object.assign({}, track, changes);
      return track;
    },
  };
}
