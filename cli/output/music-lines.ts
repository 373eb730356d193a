import { dialectNames } from '../../functions/domain/dialect-rules.ts';
import type { Dialect } from '../../functions/provider/provider.ts';
import type { CliEvent } from '../events.ts';
import { nextLines } from './end-lines.ts';
import { asAge, asDuration, asSize, asTime, counted, providerWords, rightsWords } from './format.ts';

/** Lines about music and models. */
export type MusicEvent = Extract<
  CliEvent,
  {
    event:
      | `music.${'cost' | 'started' | 'ready'}`
      | `session.${'generating' | 'copying'}`
      | 'clip.saved'
      | 'model.listed'
      | 'models.listed'
      | `persona.${'cost' | 'ready' | 'listed'}`
      | 'personas.listed';
  }
>;

/** In words, for a pipe and for a terminal alike. */
export function musicLines(event: MusicEvent): string[] {
  switch (event.event) {
    case 'music.cost':
      return [
        `Cost: about ${counted(event.credits, 'credit')}, ${madeWith(event)}.`,
        ...fromLines(event),
        `Provider: ${providerWords(event)}${through(event)}.`,
      ];
    case 'music.started':
      return [`Music "${event.name}", ${madeWith(event)}.`, ...fromLines(event), ...nextLines(event.next)];
    case 'session.generating':
      return ['The provider makes the music.'];
    case 'session.copying':
      return ['The music is made; its audio is copied into the bucket.'];
    case 'clip.saved':
      return [
        `saved     ${event.file}: ${event.format}, ${asDuration(event.durationSeconds)}, ${asSize(event.size)}`,
      ];
    case 'music.ready':
      return readyLines(event);
    case 'model.listed': {
      const tracks = counted(event.files.length, 'track');
      return [
        `${event.name}`,
        `  ${event.modelId}  ${asAge(event.ageSeconds)} ago, from ${tracks}, ${counted(event.credits, 'credit')}`,
        ...(event.base === undefined ? [] : [`  base   ${event.base}, as the provider calls it`]),
        ...(event.rights === undefined ? [] : [`  rights ${rightsWords(event.rights)}`]),
      ];
    }
    case 'persona.cost':
      return [
        `A persona "${event.name}" of session ${event.sessionId}. What it costs is not documented.`,
        `Provider: ${providerWords(event)}${through(event)}.`,
      ];
    case 'persona.ready':
      return [
        `Persona "${event.name}": ${event.personaId}, of clip ${event.clipId}.`,
        ...nextLines(event.next),
      ];
    case 'persona.listed':
      return personaLines(event);
    case 'personas.listed':
      return [...(event.count === 0 ? ['No personas yet.'] : []), ...nextLines(event.next)];
    case 'models.listed':
      return [
        ...(event.count === 0 ? ['No models yet.'] : []),
        ...(event.slots === undefined
          ? []
          : [`Places used at the provider: ${event.slots.used} of ${event.slots.limit}.`]),
        ...(event.warning === undefined ? [] : [event.warning]),
        ...nextLines(event.next),
      ];
  }
}

/** What music is made with, as far as that was said. */
function madeWith({ model, persona }: { model?: string; persona?: string }): string {
  const parts = [
    ...(persona === undefined ? [] : [`the persona "${persona}"`]),
    ...(model === undefined ? [] : [`the model ${model}`]),
  ];
  return parts.length === 0 ? 'with the usual model' : `with ${parts.join(' and ')}`;
}

const fromLines = ({ fromClip }: { fromClip?: string }) =>
  fromClip === undefined ? [] : [`From the clip ${fromClip}.`];

/** The usual provider needs no word. */
const through = ({ dialect, sandbox }: { dialect: Dialect; sandbox: boolean }) =>
  dialect === 'mountsea' ? '' : sandbox ? ', as the relay' : ', through the relay';

function personaLines(event: Extract<MusicEvent, { event: 'persona.listed' }>): string[] {
  const { name, personaId, status, dialect, clipId, sessionId, calls, ageSeconds, description } = event;
  const doubt = `nobody knows whether it was made; called ${counted(calls, 'time')}`;
  return [
    `${name}${description === undefined ? '' : `: ${description}`}`,
    `  ${status === 'made' ? personaId : doubt}  ${asAge(ageSeconds)} ago, at ${dialectNames[dialect]}`,
    `  of clip ${clipId} of ${sessionId}`,
  ];
}

function readyLines(event: Extract<MusicEvent, { event: 'music.ready' }>): string[] {
  const bill = `${counted(event.creditsSpent, 'credit')} spent, ${counted(event.providerCalls, 'call')} to the provider, ${asTime(event.seconds)}.`;
  const ids = event.clipIds.map((clipId) => `  clip ${clipId}`);
  const files = event.out === undefined ? '' : `: ${counted(event.clips.length, 'file')}`;
  return [`Music ready${files}.`, ...ids, bill, ...nextLines(event.next)];
}
