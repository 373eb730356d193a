import { defineRoute, routeLambda } from '../../runtime/spec.ts';
import { createdSessionAnswer, createSessionBody } from '../contract/session.ts';

export const route = defineRoute({
  name: 'Create session',
  method: 'POST',
  path: '/sessions',
  summary: 'Declare the files of a new session',
  description:
    'Checks what is declared, records the session and signs one upload for each file that differs. Put each file to its `url` with its `headers` and its declared length, then start the session. Nothing is spent. The same files under the same name are one session: asked for again, it is answered as it is, unless the body says `again`; with `onlyExisting` nothing else is answered.',
  body: { schema: createSessionBody },
  answer: {
    status: 201,
    description: 'The session, and where its files go.',
    ok: 'There is a session of this content; nothing was created.',
    schema: createdSessionAnswer,
  },
  idempotencyKey: true,
  mayConflict: true,
  mayFindNothing: true,
  lambda: routeLambda,
  uses: [
    'clock.milliseconds',
    'settings',
    'requests',
    'sessions.ofThisPlace',
    'sessions.read',
    'sessions.readWhole',
    'sessions.create',
    'contents.claim',
    'audio.bucket',
    'uploads.sign',
  ],
});
