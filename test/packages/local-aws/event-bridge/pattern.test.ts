import { describe, expect, it } from 'vitest';
import { type BusEvent, readPattern } from '../../../../packages/local-aws/event-bridge/pattern.ts';

const event = (detail: Record<string, unknown>): BusEvent => ({
  version: '0',
  id: '1',
  'detail-type': 'Object Created',
  source: 'aws.s3',
  account: '123456789012',
  time: '2026-11-21T03:00:00Z',
  region: 'us-east-1',
  resources: ['arn:aws:s3:::audio'],
  detail,
});

const key = (value: string) => ({ object: { key: value } });
const keyIs = (...conditions: unknown[]) => ({ detail: { object: { key: conditions } } });

describe('a pattern', () => {
  it.each<[string, object, Record<string, unknown>, boolean]>([
    ['an exact value', { source: ['aws.s3'] }, {}, true],
    ['one of several', { source: ['aws.ec2', 'aws.s3'] }, {}, true],
    ['another value', { source: ['aws.ec2'] }, {}, false],
    ['all of several fields', { source: ['aws.s3'], 'detail-type': ['Object Deleted'] }, {}, false],
    ['one value of a list', { resources: ['arn:aws:s3:::audio'] }, {}, true],
    ['a number', { detail: { size: [5] } }, { size: 5 }, true],
    ['no number for a text', { detail: { size: [5] } }, { size: '5' }, false],
    ['null', { detail: { end: [null] } }, { end: null }, true],
    ['a prefix', keyIs({ prefix: 'inbox/' }), key('inbox/a'), true],
    ['no prefix', keyIs({ prefix: 'inbox/' }), key('audio/inbox/a'), false],
    ['a suffix', keyIs({ suffix: '/manifest.json' }), key('inbox/a/manifest.json'), true],
    ['no suffix', keyIs({ suffix: '/manifest.json' }), key('inbox/a/manifest.json.bak'), false],
    ['a wildcard', keyIs({ wildcard: 'inbox/*/manifest.json' }), key('inbox/a b/c/manifest.json'), true],
    ['no wildcard', keyIs({ wildcard: 'inbox/*/manifest.json' }), key('inbox/manifest.json'), false],
    ['a wildcard with a dot', keyIs({ wildcard: '*.mp3' }), key('amp3'), false],
    ['anything but a value', keyIs({ 'anything-but': 'a' }), key('b'), true],
    ['not that value', keyIs({ 'anything-but': ['a', 'b'] }), key('b'), false],
    ['anything but a suffix', keyIs({ 'anything-but': { suffix: '.json' } }), key('a.mp3'), true],
    ['not that suffix', keyIs({ 'anything-but': { suffix: '.json' } }), key('a.json'), false],
    ['nothing, as anything but', keyIs({ 'anything-but': 'a' }), {}, false],
    ['a field that is there', keyIs({ exists: true }), key(''), true],
    ['a field that is not', keyIs({ exists: true }), {}, false],
    ['the absence of a field', keyIs({ exists: false }), {}, true],
  ])('matches %s: %j', (_, pattern, detail, expected) => {
    expect(readPattern(pattern)(event(detail))).toBe(expected);
  });

  it.each<[string, unknown, string]>([
    ['an operator', keyIs({ numeric: ['>', 1] }), 'detail.object.key: the condition {"numeric":[">",1]}'],
    [
      'a prefix that ignores case',
      keyIs({ prefix: { 'equals-ignore-case': 'a' } }),
      'detail.object.key: the',
    ],
    ['an alternative', { $or: [{ source: ['a'] }] }, '$or is not known'],
    ['an empty list', { source: [] }, 'source lists nothing'],
    ['a value outside a list', { source: 'aws.s3' }, 'source must name at least one field'],
    ['two operators at once', keyIs({ prefix: 'a', suffix: 'b' }), 'more than one operator'],
    ['an escaped star', keyIs({ wildcard: 'a\\*' }), 'the wildcard a\\* is not known'],
    ['nothing at all', {}, 'the pattern must name at least one field'],
  ])('with %s is refused', (_, pattern, message) => {
    expect(() => readPattern(pattern)).toThrow(message);
  });
});
