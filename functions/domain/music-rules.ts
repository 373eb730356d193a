import type { Problem } from '../shared/errors.ts';
import { customModelPattern } from '../shared/uuid.ts';
import type { Music } from './session.ts';
import { nameProblems } from './validate-names.ts';

/** MountSea's own models (documented). */
export const stockModels = [
  'chirp-v55',
  'chirp-v50',
  'chirp-45+',
  'chirp-v45',
  'chirp-v45-lite',
  'chirp-v40',
  'chirp-v35',
] as const;

/** What the relay makes music with a persona with (documented); the one that is taken when none is named first. */
export const tauModels = ['chirp-v4-tau', 'chirp-v3-5-tau'] as const;

/**
 * What the relay makes a plain song with. Its page names none: these are the names that clients of such relays send,
 * the one that is taken when none is named first.
 */
export const relaySongModels = [
  'chirp-v4',
  'chirp-v3-5',
  'chirp-auk',
  'chirp-bluejay',
  'chirp-crow',
] as const;

/** Longest texts, in characters (undocumented; choices). */
export const longest = {
  prompt: 5000,
  tags: 1000,
  title: 100,
  negativeTags: 1000,
  personaName: 80,
  description: 500,
} as const;

/** Is it the id of a custom model? */
export function isCustomModel(model: string): boolean {
  return customModelPattern.test(model);
}

/** Is it one of these models? */
export function isOneOf(models: readonly string[], model: string): boolean {
  return models.includes(model);
}

/** Is it a model's id, of either dialect, rather than a custom model's name? */
export function isModelId(model: string): boolean {
  return isCustomModel(model) || isOneOf([...stockModels, ...tauModels, ...relaySongModels], model);
}

/** Begins as the names of the provider's own models do; a custom model's id has a form of its own. */
const openName = /^chirp-(?!custom)[a-z0-9][a-z0-9.+_-]{0,59}$/i;

/** Is it such a name in no list that is known here? New ones come, so it is passed on. */
export function isUnknownModel(model: string): boolean {
  return openName.test(model) && !isModelId(model);
}

/**
 * What to know of one of the provider's own models before music is made with it, or undefined. All that the pages name
 * are reported to be retired; nobody here has seen the service itself.
 */
export function modelNote(model: string | undefined): string | undefined {
  if (model === undefined || isCustomModel(model)) return undefined;
  if (isModelId(model)) {
    return `${model} is reported to be retired since 2026-09-09, like all models before v6: the provider may refuse it, or take another in its place. Newer names that were seen: chirp-hawk (v6), chirp-goose (v6-mini).`;
  }
  if (!isUnknownModel(model)) return undefined;
  return `${model} is in no list of models that is known here. It is passed on as it is: the provider knows it or refuses it.`;
}

/** Does it look like an id without being one? A name may begin with anything else. */
export function isMistypedId(model: string): boolean {
  return /^chirp-/i.test(model) && !isModelId(model) && !isUnknownModel(model);
}

/** What is wrong with the texts of a request for a persona, or nothing. */
export function personaTextProblems({
  name,
  description = '',
}: {
  name: string;
  description?: string | undefined;
}): Problem[] {
  const problems = nameProblems(name, { maxNameLength: longest.personaName }, 'the persona');
  const described = [...description].length;
  if (described > longest.description) {
    const message = `has ${described} characters: use at most ${longest.description}`;
    problems.push({ where: 'description', message });
  }
  return problems;
}

/** What is wrong with the texts of a request for music, or nothing. */
export function musicProblems(request: Pick<Music, 'prompt' | 'tags' | 'title' | 'negativeTags'>): Problem[] {
  const problems: Problem[] = [];
  if (request.prompt.trim() === '') {
    problems.push({ where: 'prompt', message: 'is empty: say what the music is to be' });
  }
  for (const field of ['prompt', 'tags', 'title', 'negativeTags'] as const) {
    const length = [...(request[field] ?? '')].length;
    if (length > longest[field]) {
      const message = `has ${length} characters: use at most ${longest[field]}`;
      problems.push({ where: field, message });
    }
  }
  return problems;
}
