import type { Case } from './case.ts';
import { byItself, partlyForGood } from './outcomes.ts';

const group = 'The audio in S3';

/** The bucket keeps versions; what was checked is what is sent. */
export const audioFaults: readonly Case[] = [
  {
    group,
    what: 'deleted, with all its versions, between check and upload',
    place: 'upload',
    trouble: { kind: 'audio', change: 'deleted' },
    outcome: {
      status: 'failed',
      error: 'NotEnoughClips',
      reason: 'The file is gone from the bucket',
      cost: 5,
      next: ['replace', 'resume'],
      finally: { status: 'ready', cost: 106 },
    },
  },
  {
    group,
    what: 'overwritten by another file between check and upload',
    place: 'upload',
    trouble: { kind: 'audio', change: 'overwritten' },
    outcome: byItself(),
  },
  {
    group,
    what: 'deleted before it was looked at',
    place: 'prepare',
    trouble: { kind: 'audio', change: 'deleted' },
    outcome: {
      status: 'failed',
      error: 'AudioRejected',
      reason: 'is not uploaded yet',
      cost: 0,
      next: ['replace', 'resume'],
      finally: { status: 'ready', cost: 106 },
    },
  },
  {
    group,
    what: 'overwritten by something that is no audio before it was looked at',
    place: 'prepare',
    trouble: { kind: 'audio', change: 'overwritten' },
    outcome: {
      status: 'failed',
      error: 'AudioRejected',
      reason: 'is not uploaded yet',
      cost: 0,
      next: ['replace', 'resume'],
      finally: { status: 'ready', cost: 106 },
    },
  },
  {
    group,
    what: 'deleted, with all its versions, between check and upload',
    place: 'add to batch',
    trouble: { kind: 'audio', change: 'deleted' },
    outcome: partlyForGood(5, 'The file is gone from the bucket', 5),
  },
  {
    group,
    what: 'overwritten by another file between check and upload',
    place: 'add to batch',
    trouble: { kind: 'audio', change: 'overwritten' },
    outcome: byItself(6),
  },
  {
    group,
    what: 'deleted before it was looked at',
    place: 'open batch',
    trouble: { kind: 'audio', change: 'deleted' },
    outcome: partlyForGood(5, 'is not uploaded yet', 5),
  },
  {
    group,
    what: 'overwritten by something that is no audio before it was looked at',
    place: 'open batch',
    trouble: { kind: 'audio', change: 'overwritten' },
    outcome: partlyForGood(5, 'is not uploaded yet', 5),
  },
];
