import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  createdSessionAnswer,
  sessionAnswer,
  sessionListAnswer,
} from '../../functions/api/contract/session.ts';
import { openApiDocument } from '../../functions/api/openapi/document.ts';
import { trackIdAt } from '../../functions/domain/new-session.ts';
import { sharedStack, songs, type TestStack } from '../../test-support/local-stack.ts';
import { redocly } from './redocly.ts';

const committed = readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8');

let it_: TestStack;
let directory: string;
/** What the running stack serves to somebody without a token, and the file that it is kept in. */
let served: { status: number; type: string | null; text: string; file: string };
beforeAll(async () => {
  it_ = await sharedStack();
  directory = mkdtempSync(path.join(tmpdir(), 'chirpsmith-openapi-'));
  const answer = await fetch(`${it_.stack.ready.api}/openapi.json`);
  const file = path.join(directory, 'openapi.json');
  served = {
    status: answer.status,
    type: answer.headers.get('content-type'),
    text: await answer.text(),
    file,
  };
  writeFileSync(file, served.text);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('the OpenAPI document', () => {
  it('is docs/openapi.json, as npm run openapi writes it', () => {
    expect(JSON.parse(committed)).toEqual(openApiDocument());
  });

  it('admits the ids of tracks as they are made, of a training and of a batch, and shows no key of the bucket', () => {
    const replace = openApiDocument().paths['/sessions/{id}/tracks/{trackId}']?.put;
    const { parameters } = z
      .object({
        parameters: z.array(z.object({ name: z.string(), schema: z.object({ pattern: z.string() }) })),
      })
      .parse(replace);
    const { pattern = '' } = parameters.find(({ name }) => name === 'trackId')?.schema ?? {};
    for (const kind of ['train', 'batch'] as const) expect(trackIdAt(0, kind)).toMatch(new RegExp(pattern));
    expect('0001').not.toMatch(new RegExp(pattern));
    expect(JSON.stringify(openApiDocument())).not.toMatch(/"(key|bucket)":/);
  });

  it('is served without a token, unchanged', () => {
    expect(served).toMatchObject({ status: 200, type: 'application/json' });
    expect(JSON.parse(served.text)).toEqual(JSON.parse(committed));
  });

  it('has every route of the template, with its security, and no other', () => {
    const routes = it_.stack.assembly.apis.flatMap((api) => api.routes);
    const ofTemplate = routes
      .filter(({ key }) => key !== '$default')
      .map(({ key, authorizer }) => `${key} ${authorizer ? 'token' : 'open'}`);
    const { security, paths } = openApiDocument();
    expect(security).toEqual([{ token: [] }]);
    const ofDocument = Object.entries(paths).flatMap(([route, operations]) =>
      Object.entries(operations).map(([method, operation]) => {
        const open = 'security' in operation && JSON.stringify(operation.security) === '[]';
        return `${method.toUpperCase()} ${route} ${open ? 'open' : 'token'}`;
      }),
    );
    expect(ofDocument.sort()).toEqual(ofTemplate.sort());
  });

  it('passes a public linter at its strictest, which finds what is wrong with another', async () => {
    expect(await redocly('lint', served.file)).toContain('Your API description is valid');
    const broken = path.join(directory, 'broken.json');
    writeFileSync(broken, served.text.replace('"operationId":"getSession"', '"operationId":"listSessions"'));
    await expect(redocly('lint', broken)).rejects.toThrow();
  }, 120_000);
});

const method = z.custom<(args?: unknown) => Promise<unknown>>((it) => typeof it === 'function');
const generated = z.object({
  OPERATIONS: z.unknown(),
  createClient: z.custom<(operations: unknown, config: object) => unknown>((it) => typeof it === 'function'),
});
const clientSchema = z.object({
  createSession: method,
  startSession: method,
  getSession: method,
  listSessions: method,
  deleteSession: method,
});

describe('a client that is generated from it', () => {
  it('goes through a whole session: declare, upload, train, find it in the list, delete', async () => {
    const file = path.join(directory, 'client.ts');
    await redocly('generate-client', served.file, '--output', file, '--args-style', 'grouped');
    const { createClient, OPERATIONS } = generated.parse(await import(pathToFileURL(file).href));
    const { api } = it_.stack.ready;
    const config = { serverUrl: api, auth: { bearer: await it_.stack.token('by the document') } };
    const client = clientSchema.parse(createClient(OPERATIONS, config));

    const files = songs(6);
    const declared = files.map(({ name, bytes }) => ({
      name,
      size: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    }));
    const body = { name: 'By the document', files: declared };
    const { sessionId, uploads } = createdSessionAnswer.parse(await client.createSession({ body }));
    for (const [index, { url, headers }] of uploads.entries()) {
      await fetch(url, { method: 'PUT', headers, body: new Uint8Array(files[index]?.bytes ?? []) });
    }
    const id = { path: { id: sessionId } };
    const { executionArn } = sessionAnswer.parse(await client.startSession(id));
    await it_.ended(executionArn ?? '');
    const ready = sessionAnswer.parse(await client.getSession(id));
    expect(ready).toMatchObject({ status: 'ready', modelId: expect.stringContaining('chirp-custom:') });

    const query = { limit: 1 };
    const { sessions } = sessionListAnswer.parse(await client.listSessions({ query }));
    expect(sessions).toMatchObject([{ sessionId, status: 'ready', name: 'By the document' }]);
    await client.deleteSession(id);
    await expect(client.getSession(id)).rejects.toMatchObject({ status: 404 });
    await expect(client.createSession({ body: { name: 'x' } })).rejects.toMatchObject({ status: 400 });
  }, 120_000);
});
