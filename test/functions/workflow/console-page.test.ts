import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { defaultSettings } from '../../../functions/shared/settings.ts';
import { sessionFromConsole } from '../../../functions/workflow/prepare-session/console-input.ts';

const page = readFileSync(new URL('../../../docs/console.md', import.meta.url), 'utf8');
const inputs = [...page.matchAll(/^```json\n(.*?)^```$/gms)].map(
  ([, json = '']) => JSON.parse(json.replaceAll('BUCKET', 'audio-bucket')) as object,
);

it('what docs/console.md gives to paste is taken, with every field that there is', () => {
  const context = { bucket: 'audio-bucket', settings: defaultSettings, now: '2026-11-21T03:00:00.000Z' };
  const sessions = inputs
    .filter((input) => !('sessionId' in input))
    .map((input) => sessionFromConsole(input, 'session', context));
  expect(sessions.map(({ tracks }) => tracks.length)).toEqual([6, 6]);
  expect(sessions[1]).toMatchObject({
    session: { minClips: 6, skipInvalid: true, review: true, owner: '3f0c2c9e-…', startedBy: 'console' },
    tracks: [{ source: { url: 'https://cdn.example.com/night/01.mp3' } }, {}, {}, {}, {}, {}],
  });
});
