import type { Persona } from '../domain/persona.ts';
import type { PersonaAnswer } from './contract/persona.ts';

/** A persona as its owner sees it. */
export function personaAnswer(persona: Persona): PersonaAnswer {
  const { personaId, name, description, fence, dialect, clipId, sessionId, calls } = persona;
  return {
    ...(personaId === undefined ? {} : { personaId }),
    name,
    ...(description === undefined ? {} : { description }),
    status: fence === 'made' ? 'made' : 'in-doubt',
    dialect,
    clipId,
    sessionId,
    calls,
    createdAt: persona.createdAt ?? persona.requestedAt,
  };
}
