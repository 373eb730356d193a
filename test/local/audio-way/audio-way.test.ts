import { describe, expect, it } from 'vitest';
import { chosenWay, missingWay, nameOf } from '../../../local/audio-way/audio-way.ts';
import { isOnThisMachine } from '../../../local/this-machine.ts';

const elsewhere = { PROVIDER_BASE_URL: 'https://api.example.test' };

describe('a URL on this machine', () => {
  it.each([
    'http://localhost:4700',
    'http://api.localhost/x',
    'http://127.0.0.1',
    'http://127.8.9.1:80/',
    'http://2130706433/',
    'http://[::1]:3000',
    'http://[::ffff:127.0.0.1]/',
  ])('is %s', (url) => {
    expect(isOnThisMachine(url)).toBe(true);
  });

  it.each([
    'https://api.mountsea.ai',
    'http://127.0.0.1.example.test',
    'http://localhost.example.test',
    'http://192.168.1.4',
    'http://[::2]/',
    'not a URL',
  ])('is not %s', (url) => {
    expect(isOnThisMachine(url)).toBe(false);
  });
});

describe('the way that the audio goes', () => {
  it('is not needed for the sandbox and for a provider on this machine', () => {
    expect(chosenWay({})).toEqual({ kind: 'not needed' });
    expect(chosenWay({ PROVIDER_BASE_URL: 'http://127.0.0.1:9000' })).toEqual({ kind: 'not needed' });
  });

  it('is missing for a provider elsewhere, and the message names both flags and the page', () => {
    expect(chosenWay(elsewhere)).toEqual({ kind: 'missing' });
    const { summary, problems } = missingWay(elsewhere.PROVIDER_BASE_URL);
    expect(summary).toMatch(/api\.example\.test.*docs\/real-model\.md/);
    expect(problems.map(({ where }) => where)).toEqual(['--public-url', '--audio-bucket']);
  });

  it('is the tunnel that is named, for the sandbox too, without a slash at its end', () => {
    const way = chosenWay({ CHIRPSMITH_PUBLIC_URL: 'https://Music.example.test/a/' });
    expect(way).toEqual({ kind: 'tunnel', publicUrl: 'https://music.example.test/a' });
    expect(nameOf(way)).toBe('https://music.example.test/a');
  });

  it('is the bucket that is named, with its prefix, and keeps the audio when that is wanted', () => {
    const way = chosenWay({ ...elsewhere, CHIRPSMITH_AUDIO_BUCKET: 's3://my-audio/for/models/' });
    expect(way).toEqual({ kind: 'bucket', bucket: 'my-audio', prefix: 'for/models', keep: false });
    expect(nameOf(way)).toBe('s3://my-audio/for/models');
    const kept = { CHIRPSMITH_AUDIO_BUCKET: 's3://my-audio', CHIRPSMITH_KEEP_AUDIO: 'yes' };
    expect(chosenWay(kept)).toEqual({ kind: 'bucket', bucket: 'my-audio', prefix: '', keep: true });
    expect(nameOf(chosenWay(kept))).toBe('s3://my-audio');
  });

  it.each([
    ['CHIRPSMITH_PUBLIC_URL', 'music.example.test', 'It is not a URL'],
    ['CHIRPSMITH_PUBLIC_URL', 'ftp://music.example.test', 'It is not a URL'],
    ['CHIRPSMITH_PUBLIC_URL', 'http://music.example.test', 'unencrypted'],
    ['CHIRPSMITH_PUBLIC_URL', 'https://me:pw@music.example.test', 'a user name or a password'],
    ['CHIRPSMITH_PUBLIC_URL', 'https://music.example.test/?token=1', 'a query or a fragment'],
    ['CHIRPSMITH_AUDIO_BUCKET', 'my-audio', 'as in s3://my-bucket'],
    ['CHIRPSMITH_AUDIO_BUCKET', 's3://My_Audio', 'as in s3://my-bucket'],
    ['CHIRPSMITH_AUDIO_BUCKET', 's3://my-audio/a b', 'make trouble in URLs'],
    ['CHIRPSMITH_AUDIO_BUCKET', 's3://my-audio/../x', 'make trouble in URLs'],
    ['CHIRPSMITH_KEEP_AUDIO', 'perhaps', 'neither yes nor no'],
  ])('is refused when %s is %s', (name, value, words) => {
    const message = expect.stringContaining(words);
    expect(() => chosenWay({ ...elsewhere, [name]: value })).toThrow(
      expect.objectContaining({ name: 'BadInput', problems: [{ where: name, message }] }),
    );
  });

  it('is one: both named are refused', () => {
    const both = { CHIRPSMITH_PUBLIC_URL: 'https://a.test', CHIRPSMITH_AUDIO_BUCKET: 's3://my-audio' };
    expect(() => chosenWay(both)).toThrow(/unset one of them/);
  });

  it('may be unencrypted on this machine and in a private network only', () => {
    const at = (url: string) => chosenWay({ CHIRPSMITH_PUBLIC_URL: url }).kind;
    expect(at('http://127.0.0.1:9000')).toBe('tunnel');
    expect(at('http://192.168.1.4:9000')).toBe('tunnel');
    expect(() => at('http://8.8.8.8')).toThrow(/unencrypted/);
  });
});
