import { createGeneration } from '../../../functions/api/create-generation/create-generation.ts';
import { newId, type Person, personAt, subject, told } from './person.ts';
import type { World } from './world.ts';

const wish = { model: 'chirp-v55', prompt: 'Rain on a tin roof at four in the morning', tags: 'ambient' };

/**
 * Somebody who wants one piece of music. The request creates the session and begins its run in one; when it was cut
 * off before there was a session, it is made again. (Made again by somebody who heard nothing, it would be another
 * session, which is another purchase.)
 */
export function openMusic(world: World): Person {
  const { store, executions, settings, clock, models, random, records } = world;
  const sessionId = newId(random);
  const deps = {
    ...{ store, executions, settings, models, now: clock.now, newId: () => sessionId },
    personas: { list: async () => [] },
    relay: false,
  };
  const person = personAt(world, sessionId);
  let asking = false;
  let existed = false;
  const exists = async () => {
    existed ||= (await records.read(sessionId)) !== undefined;
    return existed;
  };
  return {
    ...person,
    async start() {
      if (asking || (await exists())) return person.start();
      asking = true;
      try {
        return await told(world, 'start', async () => (await createGeneration(subject, wish, deps)).session);
      } finally {
        await exists();
        asking = false;
      }
    },
  };
}
