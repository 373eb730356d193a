import type { CliEvent } from '../events.ts';
import { harmless } from './text-width.ts';
import { asAge, asDuration, asSize, asTime, counted, providerWords } from './words.ts';

/** What is told of music and models. */
export type MusicEvent = Extract<
  CliEvent,
  {
    event:
      | `music.${'cost' | 'started' | 'ready'}`
      | `session.${'generating' | 'keeping'}`
      | 'clip.saved'
      | 'model.listed'
      | 'models.listed';
  }
>;

/** In words, for a pipe and for a terminal alike. */
export function musicLines(event: MusicEvent): string[] {
  switch (event.event) {
    case 'music.cost':
      return [
        `Cost: about ${counted(event.credits, 'credit')}, with the model ${harmless(event.model)}.`,
        `Provider: ${providerWords(event)}.`,
      ];
    case 'music.started':
      return [
        `Music "${harmless(event.name)}", with ${harmless(event.model)}. To come back to it:`,
        `  npm run generate -- --session ${event.sessionId}`,
      ];
    case 'session.generating':
      return ['The provider makes the music.'];
    case 'session.keeping':
      return ['The music is made; its audio is copied into the bucket.'];
    case 'clip.saved':
      return [
        `saved     ${harmless(event.file)}: ${event.format}, ${asDuration(event.durationSeconds)}, ${asSize(event.size)}`,
      ];
    case 'music.ready':
      return readyLines(event);
    case 'model.listed': {
      const tracks = counted(event.files.length, 'track');
      return [
        `${harmless(event.name)}`,
        `  ${event.modelId}  ${asAge(event.ageSeconds)} ago, from ${tracks}, ${counted(event.credits, 'credit')}`,
      ];
    }
    case 'models.listed':
      return event.count === 0
        ? ['No models yet. The first: npm run train']
        : [
            ...(event.warning === undefined ? [] : [event.warning]),
            'To make music with one:',
            '  npm run generate -- --model NAME --prompt "…"',
          ];
  }
}

function readyLines(event: Extract<MusicEvent, { event: 'music.ready' }>): string[] {
  const bill = `${counted(event.creditsSpent, 'credit')} spent, ${counted(event.providerCalls, 'call')} to the provider, ${asTime(event.seconds)}.`;
  const ids = event.clipIds.map((clipId) => `  clip ${clipId}`);
  if (event.out !== undefined) return [`Music ready: ${counted(event.clips.length, 'file')}.`, ...ids, bill];
  return [
    'Music ready.',
    ...ids,
    bill,
    'To save its audio:',
    `  npm run generate -- --session ${event.sessionId} --out music`,
  ];
}
