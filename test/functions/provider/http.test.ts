import { describe, expect, it } from 'vitest';
import { createSender, type ProviderOptions, type Request } from '../../../functions/provider/http.ts';
import { failure, json, key } from './mountsea-client.ts';

/** A sender to a server that answers like this, and what it was sent. */
function sender(answer: () => Response | Promise<Response>, options: Partial<ProviderOptions> = {}) {
  const sent: { url: string; init: RequestInit }[] = [];
  const sending = createSender({
    baseUrl: 'https://provider.example',
    key: async () => key,
    fetch: async (input, init = {}) => {
      sent.push({ url: String(input), init });
      return await answer();
    },
    ...options,
  });
  const send = (request: Partial<Request> = {}) =>
    sending.send({ call: 'status', method: 'GET', path: '/path', ...request }, (it) => it);
  return { send, sent };
}

describe('the base URL', () => {
  it.each([
    ['https://provider.example', 'https://provider.example/path'],
    ['https://provider.example/', 'https://provider.example/path'],
    ['http://provider.example:8080/one/two///', 'http://provider.example:8080/one/two/path'],
    ['https://provider.example//one', 'https://provider.example//one/path'],
  ])('%s is a prefix of each call: %s', async (baseUrl, url) => {
    const { send, sent } = sender(() => json({}), { baseUrl });
    await send();
    expect(sent[0]?.url).toBe(url);
  });

  it.each(['ftp://provider.example', 'file:///etc', 'provider.example'])(
    'is refused at once when it is not http or https: %s',
    (baseUrl) => {
      expect(() => sender(() => json({}), { baseUrl })).toThrow(TypeError);
    },
  );

  it('is refused with the forms that it may have', () => {
    expect(() => sender(() => json({}), { baseUrl: 'ftp://provider.example' })).toThrow(/http or https/);
  });
});

describe('the headers of a call', () => {
  it('ask for JSON on a connection of its own, and tell no type of a body that is not there', async () => {
    const { send, sent } = sender(() => json({}));
    await send();
    await send({ method: 'POST' });
    const plain = { accept: 'application/json', connection: 'close', authorization: `Bearer ${key}` };
    expect(sent.map(({ init }) => init.headers)).toEqual([plain, { ...plain, 'content-length': '0' }]);
  });

  it('tell that a body is JSON', async () => {
    const { send, sent } = sender(() => json({}));
    await send({ method: 'POST', body: { name: 'é' } });
    expect(sent[0]?.init.headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': '13',
    });
  });
});

describe('a call that fails', () => {
  it.each(['GET', 'POST'] as const)('ends after its time-out: %s', async (method) => {
    const { send, sent } = sender(() => json({}), { timeoutMs: 5 });
    await send({ method });
    const signal = sent[0]?.init.signal;
    await new Promise((resolve) => signal?.addEventListener('abort', resolve));
    expect(signal?.reason).toMatchObject({ name: 'TimeoutError' });
  });

  it('names the call and the status, and the words of the provider where there are any', async () => {
    const { send } = sender(() => json({ message: 'No.' }, 400));
    expect(await failure(send())).toMatchObject({
      call: 'status',
      status: 400,
      reason: 'No.',
      message: 'status: the provider answered 400: No.',
    });
    const silent = sender(() => new Response('', { status: 503 }));
    expect(await failure(silent.send())).toMatchObject({
      reason: undefined,
      message: 'status: the provider answered 503',
    });
  });

  it('names what cannot be read as such, with its words', async () => {
    expect(await failure(sender(() => new Response('a page')).send())).toMatchObject({
      status: 200,
      reason: 'a page',
      message: 'status: the provider answered 200, but the answer cannot be read: a page',
    });
  });

  it('names the host that was not reached, or that did not answer', async () => {
    const fails = (code: string) => () =>
      Promise.reject(Object.assign(new Error('with https://secret.example'), { code }));
    expect((await failure(sender(fails('ECONNREFUSED')).send())).message).toBe(
      'status: no connection to https://provider.example (ECONNREFUSED)',
    );
    expect((await failure(sender(fails('ECONNRESET')).send())).message).toBe(
      'status: no answer from https://provider.example (ECONNRESET)',
    );
  });

  it('names the key that no header can carry, and does not show it', async () => {
    const { message } = await failure(sender(() => json({}), { key: async () => 'schlüssel' }).send());
    expect(message).toMatch(/^status: the provider key /);
    expect(message).not.toContain('schlüssel');
  });

  it('keeps its status when the body of the error breaks off', async () => {
    const broken = () =>
      new ReadableStream({
        start: (controller) => controller.error(new TypeError('terminated')),
      });
    const { send } = sender(() => new Response(broken(), { status: 429 }));
    expect(await failure(send())).toMatchObject({ name: 'ProviderThrottled', reason: undefined });
  });

  it('reads the date of a Retry-After by the clock of the machine, unless it is given one', async () => {
    const at = new Date(Date.now() + 1000 * 60 * 30).toUTCString();
    const { send } = sender(() => new Response('', { status: 429, headers: { 'retry-after': at } }));
    const { retryAfter = 0 } = await failure(send());
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(1800);
  });
});

describe('an answer', () => {
  it('of 1 MiB is read', async () => {
    const text = JSON.stringify('x'.repeat(1024 * 1024 - 2));
    expect(text).toHaveLength(1024 * 1024);
    expect(await sender(() => new Response(text)).send()).toHaveLength(1024 * 1024 - 2);
  });

  it('of an error is looked at for 64 KiB: words behind that are not found', async () => {
    const padded = (length: number) => `${' '.repeat(length)}words`;
    const reason = async (text: string) =>
      (await failure(sender(() => new Response(text, { status: 400 })).send())).reason;
    expect(await reason(padded(10_000))).toBe('words');
    expect(await reason(JSON.stringify({ pad: 'x'.repeat(60 * 1024), message: 'words' }))).toBe('words');
    expect(await reason(JSON.stringify({ pad: 'x'.repeat(64 * 1024), message: 'words' }))).toBeUndefined();
  });
});
