import { randomUUID } from 'node:crypto';
import { audioBucket as bucket, milliseconds as now, settings } from '../../runtime/clients/base.ts';
import { sessionContents as contents, requestStore as requests } from '../../runtime/clients/records.ts';
import { sessionsToCreate as store } from '../../runtime/clients/sessions.ts';
import { uploads } from '../../runtime/clients/signing.ts';
import { runIdempotentRoute } from '../idempotent-route.ts';
import { createdBefore, createSession } from './create-session.ts';
import { route } from './route.ts';

export const handler = runIdempotentRoute(
  route,
  async ({ subject, body, requestId = randomUUID(), outcome }, made) => {
    const deps = { ...made, newId: () => requestId };
    const created =
      outcome?.sessionId === undefined
        ? await createSession(subject, body, deps)
        : await createdBefore(outcome.sessionId, body, deps);
    const { sessionId } = created;
    if (sessionId === requestId) return { body: created, outcome: { sessionId } };
    return { status: 200, body: { ...created, existing: true as const }, outcome: { sessionId } };
  },
  { store, contents, uploads, bucket, requests, settings, now },
);
