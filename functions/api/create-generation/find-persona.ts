import { isMade, type MadePersona, type PersonaStore } from '../../domain/persona.ts';
import { elsewhere, type Here } from '../../domain/provider-origin.ts';

/** A persona that is there, where one was named. */
export type FoundPersona = { persona?: MadePersona; warning?: string } | { problem: string };

/** An id, or a name, which stands for the newest persona of that name. */
export async function findPersona(
  wanted: string | undefined,
  owner: string,
  { personas, here }: { readonly personas: Pick<PersonaStore, 'list'>; readonly here?: Here | undefined },
): Promise<FoundPersona> {
  if (wanted === undefined) return {};
  const all = await personas.list(owner);
  const anywhere = all.filter(isMade);
  const made = anywhere.filter(({ provider }) => !here || elsewhere('', provider, here) === undefined);
  const byId = made.find(({ personaId }) => personaId === wanted);
  const [newest, ...older] = made.filter(({ name }) => name === wanted);
  const persona = byId ?? newest;
  if (!persona) {
    const other = anywhere.find(({ name, personaId }) => name === wanted || personaId === wanted);
    const problem = other && here && elsewhere('', other.provider, here);
    if (problem !== undefined) return { problem };
    const doubt = all.some(({ name, fence }) => name === wanted && fence !== 'none');
    return { problem: doubt ? doubtful(wanted) : unknownPersona(wanted, made) };
  }
  if (byId || older.length === 0) return { persona };
  const warning = `${older.length + 1} personas are called "${wanted}"; the newest is used, made ${persona.createdAt}: ${persona.personaId}.`;
  return { persona, warning };
}

const doubtful = (wanted: string) =>
  `is "${wanted}", of which nobody knows yet whether it was made: ask for it again first`;

function unknownPersona(wanted: string, made: readonly MadePersona[]): string {
  const names = [...new Set(made.map(({ name }) => `"${name}"`))].slice(0, 10);
  const known = names.length > 0 ? `your personas are ${names.join(', ')}` : 'you have no persona yet';
  return `is "${wanted}", and no persona of yours has this name: ${known}`;
}
