import { createGeneration } from '../../../functions/api/create-generation/create-generation.ts';
import { isOn } from '../plans/switches.ts';
import { told } from './client.ts';
import { newId, type Person, personAt, subject } from './person.ts';
import type { World } from './world.ts';

const wish = { model: 'chirp-v55', prompt: 'Rain on a tin roof at four in the morning', tags: 'ambient' };

/**
 * Somebody who wants one piece of music. The request creates the session and begins its run in one; as long as it
 * was not answered, it is the same request that is made again, and means the same piece of music.
 */
export function openMusic(world: World): Person {
  const { store, executions, settings, clock, models, random } = world;
  const deps = {
    ...{ store, executions, settings, models, now: clock.now, newId: () => newId(random) },
    personas: { list: async () => [] },
    relay: false,
  };
  const person = personAt(world);
  // Without a key, a request that is made again is for another piece of music: then the first is looked for.
  const find = async () => {
    const { sessions } = await world.records.list(subject, { limit: 50 });
    const own = sessions.find(({ sessionId }) => !world.past.has(sessionId));
    if (own && !isOn('repeated requests')) person.found(own.sessionId);
  };
  let asking = false;
  const ask = async () => {
    asking = true;
    const answer = await told(
      world,
      { name: 'generate' },
      async () => (await createGeneration(subject, wish, deps)).session,
    );
    await find();
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
