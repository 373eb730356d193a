import { createGeneration } from '../../functions/api/create-generation/create-generation.ts';
import { route } from '../../functions/api/create-generation/route.ts';
import { told } from './client.ts';
import { newId, type Person, personAt } from './person.ts';
import { requested, subject } from './routes.ts';
import type { World } from './world.ts';

const wish = { model: 'chirp-v55', prompt: 'Rain on a tin roof at four in the morning', tags: 'ambient' };

/**
 * A person who wants one piece of music. One request creates the session and begins its run.
 * Until it is answered, the person repeats the same request, which means the same piece of music.
 */
export function openMusic(world: World): Person {
  const { store, executions, settings, clock, models, random } = world;
  const person = personAt(world);
  const key = newId(random);
  let asking = false;
  const ask = async () => {
    asking = true;
    const answer = await told(world, { name: 'generate' }, () =>
      requested(world, route, { key, body: wish }, async (request) => {
        const { body, requestId = key } = request;
        const deps = {
          ...{ store, executions, settings, models, now: clock.now, newId: () => requestId },
          personas: { list: async () => [] },
          relay: { set: 'RELAY_BASE_URL' },
        };
        const made = await createGeneration(subject, body, deps, request);
        return { body: made.session, outcome: { warnings: made.warnings } };
      }),
    );
    asking = false;
    if ('answer' in answer) person.found(answer.answer.sessionId);
    return answer;
  };
  return {
    ...person,
    get sessionId() {
      return person.sessionId;
    },
    async start() {
      if (person.sessionId !== '') return person.start();
      // One request at a time, as a client makes them.
      return asking ? { answer: undefined } : ask();
    },
  };
}
