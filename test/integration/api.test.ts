import { beforeAll, describe, expect, it } from 'vitest';
import { problemAnswer } from '../../functions/api/contract/problem.ts';
import { sharedStack, type TestStack } from '../../test-support/local-stack.ts';

let it_: TestStack;
beforeAll(async () => {
  it_ = await sharedStack();
});

it('fields that are not known are refused, every one by its name', async () => {
  const files = [{ name: 'a.mp3', size: 1, sha256: '0'.repeat(64), type: 'audio/mpeg' }];
  const answer = await it_.call('POST', '/sessions', { name: 'x', files, minclips: 6 });
  expect(answer).toMatchObject({ status: 400, body: { type: 'urn:chirpsmith:error:BadInput' } });
  const { problems } = problemAnswer.parse(answer.body);
  expect(problems?.map(({ where }) => where).sort()).toEqual(['files[0].type', 'minclips']);
});

describe('problem details answer', () => {
  it.each<[string, string, string, RequestInit, number]>([
    ['a path that is no route', 'GET', '/session', {}, 404],
    ['a method that a path does not have', 'PATCH', '/sessions', {}, 404],
    ['a slash too many', 'GET', '/sessions/', {}, 404],
    ['an id that is none', 'GET', '/sessions/%2e%2e', {}, 404],
    ['a body over 256 KiB', 'POST', '/sessions', { body: `"${'x'.repeat(256 * 1024)}"` }, 413],
    [
      'a body of another type',
      'POST',
      '/sessions',
      { headers: { 'content-type': 'text/plain' }, body: '{}' },
      415,
    ],
    ['a body that is no JSON', 'POST', '/sessions', { body: '{"name"' }, 400],
    ['a parameter that is not known', 'GET', '/sessions?limit=1&page=2', {}, 400],
    ['a page that nobody gave out', 'GET', '/sessions?cursor=abc', {}, 400],
  ])('%s: %s %s', async (_, method, route, { headers, ...init }, status) => {
    const { api, token } = it_.stack.ready;
    const answer = await fetch(api + route, {
      method,
      ...init,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(problemAnswer.parse(await answer.json())).toMatchObject({ status });
    expect(answer.status).toBe(status);
  });
});

it('GET /account says who is paid, and what the account has left by the provider itself', async () => {
  const { sandbox } = it_.stack;
  expect(await it_.call('GET', '/account')).toMatchObject({
    status: 200,
    body: { provider: 'sandbox', relay: 'sandbox', credits: sandbox?.credits() },
  });
});
