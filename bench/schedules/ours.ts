import { trainingTimes } from '../../functions/domain/check-times.ts';
import { newTrack } from '../../functions/domain/new-session.ts';
import { learnedChecks, type Observation } from '../../functions/shared/learned-checks.ts';
import { checksFor, type Schedule, withChecks } from '../../functions/shared/schedule.ts';
import { defaultSettings, type Settings } from '../../functions/shared/settings.ts';
import { type Distribution, generator } from './distributions.ts';
import { followed, type Poller } from './pollers.ts';
import type { Lengths } from './simulate.ts';

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
      return followed(withChecks(training, trainingTimes(tracks, undefined, settings).training), random);
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

/**
 * The same after it has seen tasks of these lengths lately: each session learns from another draw of so many of each kind.
 * The plans of a few draws are made beforehand, and a session takes one of them.
 */
export function learned(
  name: string,
  { lengths, seen, tracks, seed }: { lengths: Lengths; seen: number; tracks: number; seed: number },
): Poller {
  const random = generator(seed);
  const { upload, training } = defaultSettings.schedules;
  const observe = (of: Distribution): Observation[] =>
    Array.from({ length: seen }, () => ({ seen: of.draw(random), weight: 1 }));
  const draws = Array.from({ length: 25 }, () => ({
    upload: learnedChecks('upload', observe(lengths.upload), { tracks }),
    training: learnedChecks('training', observe(lengths.training), { tracks }),
  }));
  let session = 0;
  return {
    name,
    upload: (_, chance) => followed(withChecks(upload, draws[session % draws.length]?.upload), chance),
    training: (_, chance) =>
      followed(withChecks(training, draws[session++ % draws.length]?.training), chance),
  };
}
