import { beforeAll, describe, expect, it } from 'vitest';
import { apiTarget } from '../../bench/fuzz/api-target.ts';
import { check } from '../../bench/fuzz/check.ts';
import { brokenRules } from '../../bench/fuzz/judge.ts';
import { sharedStack, type TestStack } from '../../test-support/local-stack.ts';

// A slice with a seed that stays, so that a change is judged by what it changes; ten thousand: npm run fuzz.
const runs = 100;

let it_: TestStack;
beforeAll(async () => {
  it_ = await sharedStack();
});

it(`${runs} hostile requests get no 5xx, no look inside and no secret, and every error is problem details`, async () => {
  const target = await apiTarget(it_);
  expect(await check(target, { runs, seed: 20_261_121 })).toBeUndefined();
  await target.close();
  while (it_.stack.stepFunctions.running() > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await it_.idle();
}, 120_000);

describe('the judge of the answers finds', () => {
  const problem = { type: 'urn:x', title: 't', status: 400, detail: 'd' };
  const text = (body: unknown) => JSON.stringify(body);
  const json = 'application/problem+json';
  it.each([
    ['a 5xx', 502, json, text({ ...problem, status: 502 })],
    ['a stack trace', 400, json, text({ ...problem, detail: 'at f (/srv/app/index.mjs:1:2)' })],
    ['the name of a program', 400, json, text({ ...problem, detail: 'ValidationException: pk' })],
    ['a secret', 400, json, text({ ...problem, detail: 'hush-hush' })],
    ['a signed URL', 400, json, text({ ...problem, detail: '?X-Amz-Signature=ab' })],
    ['an error of another form', 400, 'application/json', text({ message: 'Bad Request' })],
    ['problem details with a field too many', 400, json, text({ ...problem, stack: 'x' })],
    ['a success of another form', 200, 'application/json', '{}'],
    ['a success of another status', 201, 'application/json', '{}'],
  ])('%s', (_, status, type, body) => {
    const about = { method: 'GET', route: 'GET /sessions', secrets: new Map([['a secret', 'hush-hush']]) };
    expect(brokenRules({ status, type, headers: '', text: body }, about)).toHaveLength(1);
    const fine = { status: 400, type: json, headers: '', text: text(problem) };
    expect(brokenRules({ ...fine, headers: 'x-token: hush-hush' }, about)).toEqual(['it holds a secret']);
    expect(brokenRules(fine, about)).toEqual([]);
  });
});
