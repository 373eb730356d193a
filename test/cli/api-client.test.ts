import { describe, expect, it } from 'vitest';
import { createApiClient } from '../../cli/api-client.ts';
import { ApiRefusal, ApiUnreachable } from '../../cli/api-errors.ts';
import type { PersonaAnswer } from '../../functions/api/contract/persona.ts';

const persona: PersonaAnswer = {
  name: 'Her voice',
  status: 'made',
  dialect: 'relay',
  clipId: 'clip-1',
  sessionId: '3f2a6c1e-0000-4000-8000-000000000000',
  calls: 1,
  createdAt: '2026-01-01T00:00:00Z',
};

const json =
  (status: number, body: object, headers = {}) =>
  () =>
    new Response(JSON.stringify(body), {
      status,
      headers: { 'content-type': 'application/json', ...headers },
    });
const problem = (status: number, name: string, headers = {}) =>
  json(
    status,
    { type: `urn:chirpsmith:error:${name}`, title: 't', status, detail: `It was ${name}.` },
    headers,
  );
const made = json(201, persona);
const lost = () => {
  throw new TypeError('fetch failed');
};

/** A client of an API that gives these responses, one a request, and the last one again. */
function client(...responses: (() => Response)[]) {
  const sent: { method: string; path: string; key: string | null }[] = [];
  const waits: number[] = [];
  let keys = 0;
  const api = createApiClient(
    'https://api.example.test',
    { current: async () => 'token', renewed: async () => 'token' },
    {
      fetch: async (url, { method = '', headers } = {}) => {
        const { pathname } = new URL(String(url));
        sent.push({ method, path: pathname, key: new Headers(headers).get('idempotency-key') });
        const response = responses.length > 1 ? responses.shift() : responses[0];
        return response?.() ?? lost();
      },
      sleep: async (milliseconds) => waits.push(milliseconds),
      newKey: () => `key ${++keys}`,
    },
  );
  return { api, sent, waits };
}
const create = { name: 'Her voice', generation: persona.sessionId };

describe('the client of the API', () => {
  it.each<[string, () => Response]>([
    ['the connection is cut', lost],
    ['the response cannot be read', () => new Response('<html>', { status: 201 })],
    ['the response has another form', json(201, {})],
    ['the gateway answers', json(503, { message: 'Service Unavailable' })],
    ['a service behind the API is away', problem(503, 'StorageUnavailable')],
  ])('recovers a request that leads to a charge with the same key when %s', async (_, response) => {
    const { api, sent, waits } = client(response, made);
    expect(await api.createPersona(create)).toEqual(persona);
    expect(sent).toEqual(
      Array.from({ length: 2 }, () => ({ method: 'POST', path: '/personas', key: 'key 1' })),
    );
    expect(waits).toEqual([300]);
  });

  it('waits while an earlier try is still being answered, as long as the API says', async () => {
    const held = problem(409, 'RecordConflict', { 'retry-after': '2' });
    const { api, waits } = client(lost, ...Array.from({ length: 12 }, () => held), made);
    expect(await api.createPersona(create)).toEqual(persona);
    expect(waits).toEqual([300, ...Array.from({ length: 12 }, () => 2000)]);
  });

  it('gives up after four tries, and says that the request may have been taken', async () => {
    const { api, sent } = client(lost);
    const error = await api.createPersona(create).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ApiUnreachable);
    expect(error).toMatchObject({ message: expect.stringContaining('may have been taken') });
    expect(sent).toHaveLength(4);
  });

  it('gives up half a minute after an earlier try should have ended', async () => {
    const { api, sent } = client(problem(409, 'RecordConflict', { 'retry-after': '2' }));
    await expect(api.createPersona(create)).rejects.toMatchObject({ status: 409 });
    expect(sent).toHaveLength(15);
  });

  it.each([
    ['a refusal', problem(409, 'NeedsDecision')],
    ['a busy provider', problem(503, 'ProviderThrottled')],
    ['a key that the provider refuses', problem(502, 'ProviderAuth')],
  ])('takes %s for the answer', async (_, response) => {
    const { api, sent } = client(response, made);
    await expect(api.createPersona(create)).rejects.toBeInstanceOf(ApiRefusal);
    expect(sent).toHaveLength(1);
  });

  it('sends a new key with each request that leads to a charge, and none with another', async () => {
    const { api, sent } = client(json(404, {}));
    const id = persona.sessionId;
    const calls = [
      () => api.createSession({ name: 'x', files: [] }),
      () => api.addFiles(id, 0, []),
      () => api.startSession(id),
      () => api.resumeSession(id),
      () => api.approveSession(id),
      () => api.decideSession(id, 'create-again'),
      () => api.createGeneration({ prompt: 'rain' }),
      () => api.createPersona(create),
      () => api.cancelSession(id),
      () => api.getSession(id),
      () => api.listSessions(),
    ];
    for (const call of calls) await expect(call()).rejects.toBeInstanceOf(ApiRefusal);
    expect(sent.map(({ key }) => key)).toEqual([
      ...Array.from({ length: 8 }, (_, index) => `key ${index + 1}`),
      null,
      null,
      null,
    ]);
  });
});
