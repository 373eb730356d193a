import { sessionListAnswer } from './contract.ts';
import {
  createdGenerationAnswer,
  createGenerationBody,
  generationAnswer,
  listGenerationsQuery,
  modelListAnswer,
} from './generation-contract.ts';
import { createPersonaBody, personaAnswer, personaListAnswer } from './persona-contract.ts';

/** The routes that are about music and models; what goes on with music, or ends it, are those of sessions. */
export const musicOperations = {
  'POST /generations': {
    id: 'createGeneration',
    summary: 'Make music',
    description:
      'Checks the request, finds the model and begins the run, which costs credits. Music is a session like any other: cancelled, resumed, decided and deleted by its id.',
    body: { schema: createGenerationBody },
    answer: {
      status: 202,
      description: 'The session, with its run begun.',
      schema: createdGenerationAnswer,
      retryAfter: true,
    },
    idempotencyKey: true,
    mayConflict: true,
  },
  'GET /generations': {
    id: 'listGenerations',
    summary: 'List your music, newest first',
    description: 'A page at a time: `next`, while there is one, is the `cursor` of the page after.',
    query: listGenerationsQuery,
    answer: { status: 200, description: 'A page of the list.', schema: sessionListAnswer },
  },
  'GET /generations/{id}': {
    id: 'getGeneration',
    summary: 'See how music stands, and where its audio is',
    description: 'The links are made for this answer and do not last.',
    answer: {
      status: 200,
      description: 'The session, and a link to each file.',
      schema: generationAnswer,
      retryAfter: true,
    },
  },
  'POST /personas': {
    id: 'createPersona',
    summary: 'Make a persona of a clip of your music',
    description:
      'A voice and style to make further music with. Asking twice makes one; where the answer of the provider was lost, it is in doubt, and only `again` calls once more.',
    body: { schema: createPersonaBody },
    answer: { status: 201, description: 'The persona, made now or before.', schema: personaAnswer },
    idempotencyKey: true,
    mayConflict: true,
    callsProvider: true,
  },
  'GET /personas': {
    id: 'listPersonas',
    summary: 'List your personas, newest first',
    answer: { status: 200, description: 'All of them.', schema: personaListAnswer },
  },
  'GET /models': {
    id: 'listModels',
    summary: 'List your models, newest first',
    answer: { status: 200, description: 'All of them.', schema: modelListAnswer },
  },
} as const;
