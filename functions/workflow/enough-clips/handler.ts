import * as z from 'zod';
import { now, sessionStore, settings } from '../../dependencies.ts';
import { task } from '../task.ts';
import { enoughClips } from './enough-clips.ts';

const input = z.object({ sessionId: z.string().min(1) });

export const handler = task('Enough clips?', input, (state) =>
  enoughClips(state, { store: sessionStore(), settings: settings(), now }),
);
