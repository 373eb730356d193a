import type { PersonaStore } from '../../domain/persona.ts';
import type { PersonaListAnswer } from '../contract/persona.ts';
import { personaAnswer } from '../persona-response.ts';

/** `GET /personas`: the caller's personas, newest first; those that were surely not made are left out. */
export async function listPersonas(
  subject: string,
  personas: Pick<PersonaStore, 'list'>,
): Promise<PersonaListAnswer> {
  const found = await personas.list(subject);
  return { personas: found.filter(({ fence }) => fence !== 'none').map(personaAnswer) };
}
