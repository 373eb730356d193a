import { describe, expect, it } from 'vitest';
import type { ProviderCall } from '../../../functions/provider/provider.ts';
import {
  meaningOfFailure,
  meaningOfStatus,
  retryAfterSeconds,
} from '../../../functions/provider/response-classification.ts';

const calls: readonly ProviderCall[] = [
  'prepare',
  'upload',
  'create',
  'openBatch',
  'addToBatch',
  'status',
  'generate',
  'persona',
  'credits',
];

describe('the table of HTTP answers', () => {
  it.each([
    [199, 'ProviderAnswerLost', 'unknown'],
    [300, 'ProviderAnswerLost', 'unknown'],
    [301, 'ProviderAnswerLost', 'unknown'],
    [302, 'ProviderAnswerLost', 'unknown'],
    [307, 'ProviderAnswerLost', 'unknown'],
    [399, 'ProviderAnswerLost', 'unknown'],
    [400, 'ProviderRefused', 'no'],
    [401, 'ProviderAuth', 'no'],
    [402, 'CreditsExhausted', 'no'],
    [403, 'ProviderAuth', 'no'],
    [404, 'ProviderRefused', 'no'],
    [405, 'ProviderRefused', 'no'],
    [408, 'ProviderAnswerLost', 'unknown'],
    [413, 'ProviderRefused', 'no'],
    [422, 'ProviderRefused', 'no'],
    [429, 'ProviderThrottled', 'no'],
    [430, 'ProviderThrottled', 'no'],
    [499, 'ProviderRefused', 'no'],
    [500, 'ProviderAnswerLost', 'unknown'],
    [502, 'ProviderAnswerLost', 'unknown'],
    [503, 'ProviderAnswerLost', 'unknown'],
    [504, 'ProviderAnswerLost', 'unknown'],
    [599, 'ProviderAnswerLost', 'unknown'],
    [700, 'ProviderAnswerLost', 'unknown'],
  ] as const)('%i is %s, taken: %s, on every call', (status, name, taken) => {
    for (const call of calls) expect(meaningOfStatus(call, status)).toEqual({ name, taken });
  });

  it('409 on create may mean that it is training already', () => {
    expect(meaningOfStatus('create', 409)).toEqual({ name: 'ProviderAnswerLost', taken: 'unknown' });
  });

  it.each(calls.filter((call) => call !== 'create'))('409 on %s is a refusal', (call) => {
    expect(meaningOfStatus(call, 409)).toEqual({ name: 'ProviderRefused', taken: 'no' });
  });

  it.each([200, 201, 202, 299])('%i leaves the word to the body', (status) => {
    for (const call of calls) expect(meaningOfStatus(call, status)).toBeUndefined();
  });
});

const failed = (properties: object) =>
  new TypeError('fetch failed', { cause: Object.assign(new Error('secret text'), properties) });

describe('connections that failed', () => {
  it.each([
    ['refused', { code: 'ECONNREFUSED', syscall: 'connect' }],
    ['unknown host', { code: 'ENOTFOUND', syscall: 'getaddrinfo' }],
    ['no name server', { code: 'EAI_AGAIN', syscall: 'getaddrinfo' }],
    ['time-out while connecting', { code: 'UND_ERR_CONNECT_TIMEOUT' }],
    ["the system's time-out while connecting", { code: 'ETIMEDOUT', syscall: 'connect' }],
    ['no route', { code: 'EHOSTUNREACH', syscall: 'connect' }],
    ['certificate has expired', { code: 'CERT_HAS_EXPIRED' }],
    ['certificate signed by itself', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }],
    ['certificate signed by an unknown root', { code: 'SELF_SIGNED_CERT_IN_CHAIN' }],
    ['issuer of the certificate unknown', { code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' }],
    ['signature of the certificate unproven', { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }],
    ['certificate of another host', { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }],
  ])('%s: surely not taken', (_, properties) => {
    expect(meaningOfFailure(failed(properties))).toMatchObject({ name: 'ProviderUnreachable', taken: 'no' });
  });

  it.each([
    ['reset', { code: 'ECONNRESET', syscall: 'read' }],
    ['hung up', { code: 'UND_ERR_SOCKET' }],
    ['broken pipe', { code: 'EPIPE', syscall: 'write' }],
    ['time-out while waiting', { code: 'UND_ERR_HEADERS_TIMEOUT' }],
    ['time-out in the body', { code: 'UND_ERR_BODY_TIMEOUT' }],
    ["the system's time-out later on", { code: 'ETIMEDOUT', syscall: 'read' }],
    ['route lost later on', { code: 'EHOSTUNREACH', syscall: 'write' }],
    ['no code at all', {}],
  ])('%s: may have been taken', (_, properties) => {
    expect(meaningOfFailure(failed(properties))).toMatchObject({
      name: 'ProviderAnswerLost',
      taken: 'unknown',
    });
  });

  it('is no proof when only one of several addresses was refused', () => {
    const refused = Object.assign(new Error(), { code: 'ECONNREFUSED', syscall: 'connect' });
    const reset = Object.assign(new Error(), { code: 'ECONNRESET', syscall: 'read' });
    expect(meaningOfFailure(new TypeError('', { cause: new AggregateError([refused, refused]) })).taken).toBe(
      'no',
    );
    expect(meaningOfFailure(new TypeError('', { cause: new AggregateError([refused, reset]) })).taken).toBe(
      'unknown',
    );
  });

  it('is no proof when no address was tried at all', () => {
    expect(meaningOfFailure(new AggregateError([])).taken).toBe('unknown');
  });

  it('reads causes that name each other once', () => {
    const outer = new Error('outer');
    const inner = Object.assign(new Error('inner', { cause: outer }), { code: 'ECONNREFUSED' });
    outer.cause = inner;
    expect(meaningOfFailure(outer)).toEqual({
      name: 'ProviderUnreachable',
      taken: 'no',
      word: 'ECONNREFUSED',
    });
  });

  it.each<[string, unknown]>([
    ['of the innermost error that has one', failed({ code: 'ECONNRESET', cause: new Error('deeper') })],
    ['beside the code of an outer error', Object.assign(failed({ code: 'ECONNRESET' }), { code: 'OUTER' })],
    ['before the number of another', failed({ code: 'ECONNRESET', cause: { code: 104 } })],
    ['of a cause that is no Error', { cause: { code: 'ECONNRESET' } }],
  ])("says the system's code %s", (_, error) => {
    expect(meaningOfFailure(error).word).toBe('ECONNRESET');
  });

  it.each<[string, unknown]>([
    ['RangeError', new TypeError('', { cause: new Error('', { cause: new RangeError('secret text') }) })],
    ['TypeError', new TypeError('secret text', { cause: { text: 'secret text' } })],
    ['TypeError', new TypeError('secret text', { cause: null })],
    ['unknown failure', null],
  ])('says the name of the innermost error where none has a code: %s', (word, error) => {
    expect(meaningOfFailure(error)).toEqual({ name: 'ProviderAnswerLost', taken: 'unknown', word });
  });

  it("says the system's code and not the error's text", () => {
    expect(meaningOfFailure(failed({ code: 'ECONNRESET' })).word).toBe('ECONNRESET');
    expect(meaningOfFailure(new DOMException('secret text', 'TimeoutError')).word).toBe('time-out');
    expect(meaningOfFailure('secret text').word).toBe('unknown failure');
  });
});

describe('Retry-After', () => {
  const now = Date.UTC(2026, 10, 20, 12, 0, 0);
  it.each([
    ['7', 7],
    [' 0 ', 0],
    ['1.25', 2],
    ['999999', 3600],
    ['Fri, 20 Nov 2026 12:00:30 GMT', 30],
    ['Fri, 20 Nov 2026 11:00:00 GMT', 0],
    ['Sat, 20 Nov 2027 12:00:00 GMT', 3600],
  ])('%s is %i s', (header, seconds) => {
    expect(retryAfterSeconds(header, now)).toBe(seconds);
  });

  it.each([
    null,
    '',
    'soon',
    '-5',
    '2026-11-20',
    '5 minutes',
    'Fri, 20 Nov 2026 12:00:30 GMT+0200',
    'on Fri, 20 Nov 2026 12:00:30 GMT',
    'Fri, 99 Nov 2026 12:00:30 GMT',
  ])('%s is nothing', (header) => {
    expect(retryAfterSeconds(header, now)).toBeUndefined();
  });
});
