import { trainingTimes } from '../../functions/domain/check-times.ts';
import { newTrack } from '../../functions/domain/new-session.ts';
import { checksFor, type Schedule, withChecks } from '../../functions/shared/schedule.ts';
import { defaultSettings, type Settings } from '../../functions/shared/settings.ts';
import { followed, type Poller } from './pollers.ts';

/** Chirpsmith with these settings, as its functions plan the checks. */
export function ours(name: string, settings: Settings = defaultSettings): Poller {
  const { upload, training } = settings.schedules;
  const track = newTrack(
    { sessionId: 's', trackId: '001', file: 'a.mp3', source: { bucket: 'b', key: 'k' } },
    settings,
  );
  return {
    name,
    upload: (tracks, random) => followed(withChecks(upload, checksFor(upload, tracks)), random),
    training: (uploadsTook, random) => {
      const tracks = uploadsTook.map((providerSeconds) => ({ ...track, providerSeconds }));
      return followed(withChecks(training, trainingTimes(tracks, settings).training), random);
    },
  };
}

/** The schedules until November 2026, six tracks at a time. */
export function before(): Poller {
  const upload: Schedule = {
    checks: [12, 18, 25, 33, 42, 52, 64, 78],
    every: 15,
    later: { after: 200, every: 20 },
    deadline: 600,
  };
  const training: Schedule = {
    checks: [100, 120, 132, 142, 151, 159, 166, 172, 177, 181],
    every: 8,
    later: { after: 240, every: 20 },
    deadline: 1800,
  };
  return {
    name: 'Chirpsmith before: six tracks at a time',
    atOnce: 6,
    upload: (_, random) => followed(upload, random),
    training: (_, random) => followed(training, random),
  };
}
