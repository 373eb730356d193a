/**
 * One large session as its owner reads and deletes it: the functions of the API in a process of their own, with
 * DynamoDB and S3 as the local stack has them in this one. Measures time and memory of that process.
 *
 *   npm run bench:large-session -- [--files 10000]
 */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { trackIdAt } from '../functions/domain/new-session.ts';
import { audioFolder } from '../functions/domain/object-keys.ts';
import { mapConcurrent } from '../functions/shared/map-concurrent.ts';
import { defaultSettings } from '../functions/shared/settings.ts';
import { listenOnLoopback } from '../packages/local-servers/loopback.ts';
import { bucket, credentials, region, startBucket } from '../test-support/s3-bucket.ts';
import { openTable, sessionOf } from '../test-support/session-records.ts';
import { openDynaliteTable } from '../test-support/tables/dynalite-table.ts';
import { reportSchema } from './large-session/report.ts';

const { values } = parseArgs({ options: { files: { type: 'string', default: '10000' } } });
const count = Number(values.files);
const sessionId = '00000000-0000-4000-8000-000000000001';
const worker = fileURLToPath(new URL('large-session/requests.ts', import.meta.url));

const database = await openDynaliteTable();
const table = await openTable(Date.now, async () => database);
const dynamoDb = createServer(async (request, response) => {
  const headers = { 'x-amz-target': String(request.headers['x-amz-target']) };
  const answered = await database.answer({ headers, body: await buffer(request) });
  response.writeHead(answered.response.statusCode, answered.response.headers).end(answered.response.body);
});
const audio = await startBucket();
const bus = createServer((_, response) =>
  response
    .writeHead(200, { 'content-type': 'application/x-amz-json-1.1' })
    .end(JSON.stringify({ FailedEntryCount: 0, Entries: [{ EventId: 'bench' }] })),
);
try {
  const { url: events } = await listenOnLoopback(bus, 0);
  const s3 = audio.connect();
  const { session, tracks } = sessionOf({
    sessionId,
    count,
    session: { kind: 'batch', status: 'failed', createdAt: new Date().toISOString() },
    track: (index) => {
      const trackId = trackIdAt(index, 'batch');
      const source = { bucket, key: `${audioFolder(sessionId)}${trackId}.wav` };
      return { trackId, source, status: 'done', attempts: 1 };
    },
  });
  await table.store.create(session, []);
  for (let from = 0; from < count; from += 25) {
    const sessions = tracks.slice(from, from + 25).map((track) => ({
      PutRequest: { Item: { pk: `SESSION#${sessionId}`, sk: `TRACK#${track.trackId}`, ...track } },
    }));
    await table.client.send(new BatchWriteCommand({ RequestItems: { sessions } }));
  }
  await mapConcurrent(tracks, 16, ({ trackId }) =>
    s3.send(
      new PutObjectCommand({ Bucket: bucket, Key: `${audioFolder(sessionId)}${trackId}.wav`, Body: trackId }),
    ),
  );
  const { url: records } = await listenOnLoopback(dynamoDb, 0);
  const asked = fork(worker, [sessionId], {
    env: {
      ...process.env,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_REGION: region,
      AWS_ENDPOINT_URL: events,
      AWS_ENDPOINT_URL_S3: audio.url,
      AWS_ENDPOINT_URL_DYNAMODB: records,
      AUDIO_BUCKET: bucket,
      TABLE_NAME: 'sessions',
      STAGE: 'local',
      SETTINGS: JSON.stringify(defaultSettings),
      EVENT_BUS: 'default',
      EVENT_SOURCE: 'bench',
      POWERTOOLS_LOG_LEVEL: 'ERROR',
    },
  });
  const [message] = await once(asked, 'message');
  const { start, read, deleted } = reportSchema.parse(message);
  console.log(`${count} files; the process has ${Math.round(start)} MB before the first request`);
  for (const [what, { requests, seconds, cpuSeconds, peakMegabytes }] of Object.entries({ read, deleted })) {
    const took = `${seconds.toFixed(1)} s, of them ${cpuSeconds.toFixed(1)} s at work`;
    console.log(`${what}: ${requests} requests in ${took}; at most ${Math.round(peakMegabytes)} MB`);
  }
  if (await table.store.read(sessionId)) throw new Error('The record is still there.');
} finally {
  bus.close();
  dynamoDb.close();
  await audio.stop();
  await table.close();
}
