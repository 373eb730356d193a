import { defineRoute, routeLambda } from '../../runtime/spec.ts';
import { createPersonaBody, personaAnswer } from '../contract/persona.ts';

export const route = defineRoute({
  name: 'Create persona',
  method: 'POST',
  path: '/personas',
  summary: 'Make a persona of a clip of your music',
  description:
    'A voice and style to make further music with. Asking twice makes one; where the answer of the provider was lost, it is in doubt, and only `again` calls once more.',
  body: { schema: createPersonaBody },
  answer: { status: 201, description: 'The persona, made now or before.', schema: personaAnswer },
  idempotencyKey: true,
  mayConflict: true,
  callsProvider: true,
  // The provider is called while the caller waits.
  lambda: { ...routeLambda, reservedConcurrency: 5 },
  uses: [
    'clock',
    'requests',
    'place',
    'relay',
    'sessions.readWhole',
    'ids.claim',
    'personas.write',
    'persona.make',
  ],
});
