import type { Problem } from '../shared/errors.ts';
import type { Music } from './session.ts';

/** The provider's own models (documented). */
export const stockModels = [
  'chirp-v55',
  'chirp-v50',
  'chirp-45+',
  'chirp-v45',
  'chirp-v45-lite',
  'chirp-v40',
  'chirp-v35',
] as const;

const customForm = /^chirp-custom:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Longest texts, in characters (undocumented; choices). */
export const longest = { prompt: 5000, tags: 1000, title: 100, negativeTags: 1000 } as const;

/** Is it a model's id, rather than a name that somebody gave one? */
export function isModelId(model: string): boolean {
  return customForm.test(model) || stockModels.some((one) => one === model);
}

/** Does it look like an id without being one? A name may begin with anything else. */
export function isMistypedId(model: string): boolean {
  return /^chirp-/i.test(model) && !isModelId(model);
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
