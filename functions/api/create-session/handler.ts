import { randomUUID } from 'node:crypto';
import { requestStore, s3, sessionContents, sessionsToBegin, settings } from '../../runtime/clients.ts';
import { createUploadUrls } from '../../sessions/upload-urls.ts';
import { environment } from '../../shared/environment.ts';
import { idempotentRoute } from '../idempotent-route.ts';
import { createdBefore, createSession } from './create-session.ts';

export const handler = idempotentRoute('POST /sessions', requestStore, async (request) => {
  const { subject, body, requestId = randomUUID(), outcome } = request;
  const bucket = environment('AUDIO_BUCKET');
  const uploads = createUploadUrls({ client: s3(), bucket, minutes: settings().urls.upload });
  const deps = {
    store: sessionsToBegin(),
    contents: sessionContents(),
    uploads,
    bucket,
    settings: settings(),
    now: Date.now,
    newId: () => requestId,
  };
  const created =
    outcome?.sessionId === undefined
      ? await createSession(subject, body, deps)
      : await createdBefore(outcome.sessionId, body, deps);
  const { sessionId } = created;
  const existing = sessionId !== requestId;
  return {
    status: existing ? 200 : 201,
    body: { ...created, ...(existing && { existing }) },
    outcome: { sessionId },
  };
});
