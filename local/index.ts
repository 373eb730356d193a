import path from 'node:path';
import { copiedAudio as copiesIn } from './audio-way/published-journal.ts';
import type { tryWay as TryWay } from './audio-way/try-way.ts';

/** What the command line may know of the local stack, beside `start.ts`, which runs one. */
export {
  audioBucketProblem,
  type ChosenWay,
  chosenWay,
  missingWay,
  nameOf as nameOfWay,
  publicUrlProblem,
  wayVariables,
} from './audio-way/audio-way.ts';
export { type BucketSettings, settingsOfBucket } from './audio-way/bucket-settings.ts';
export { isDone as needsNoAudio } from './audio-way/leftovers.ts';
export type { CopiedAudio } from './audio-way/published-journal.ts';
export { homeDirectory, pathSettings } from './home.ts';
export { defaultPort, portOf, rowOfPorts } from './ports.ts';
export { openHome } from './private-home.ts';
export { defaultSpeed, sandboxSpeed } from './provider-time.ts';
export { deadProxy, useProxy } from './proxy.ts';
export { chosenHabits, type Habits, habitsVariable } from './sandbox-habits.ts';
export { notYetValid, redirectOf } from './server-words.ts';
export { stackOf } from './stack/home-lock.ts';
export { accountOfKey } from './stack/keys.ts';
export { type ReadyInfo, readReadyFile } from './stack/ready-file.ts';
export { stopStack } from './stop.ts';
export { isOnThisMachine } from './this-machine.ts';

/** Loaded when it is called, for it takes AWS's libraries. See audio-way/try-way.ts. */
export const tryWay: typeof TryWay = async (how) => (await import('./audio-way/try-way.ts')).tryWay(how);

/** What is in buckets of the person's own, by the home's own notes. */
export const copiedAudio = (home: string) => copiesIn(path.join(home, 'audio-way'));
