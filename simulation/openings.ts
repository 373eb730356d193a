import { sender } from './harness/inbox.ts';
import { openMusic } from './harness/musician.ts';
import { declaring, openSession, type Person } from './harness/person.ts';
import type { World } from './harness/world.ts';
import type { Plan } from './plan.ts';

/** A person, and what only a sender of manifests can do. */
export type Someone = Person & Partial<Pick<ReturnType<typeof sender>, 'putAgain'>>;

/** A person who is about to open the session of a plan. */
export function begin(world: World, plan: Plan): Someone {
  if (plan.machine === 'generate-music') return openMusic(world);
  const { files, by } = plan;
  const wishes =
    plan.machine === 'upload-batch'
      ? ({ kind: 'batch' } as const)
      : { skipInvalid: plan.skipInvalid, review: plan.review, ...minClipsOf(plan.minClips) };
  if (by !== 'request') return sender(world, files, { ...wishes, listed: by === 'listing manifest' });
  const arrivals = new Map(plan.arrivals.map(({ file, delivery }) => [file, delivery]));
  const slice = plan.machine === 'upload-batch' ? { slice: plan.slice } : {};
  return declaring(world, files, { ...wishes, ...slice, arrivals });
}

const minClipsOf = (minClips: number | undefined) => (minClips === undefined ? {} : { minClips });

/** The session that the same person had before: it goes well, and no rule looks at it. */
export async function beginElder(world: World): Promise<void> {
  const elder =
    world.machine === 'generate-music'
      ? openMusic(world)
      : await openSession(
          world,
          Array.from({ length: 6 }, () => 'song' as const),
          // Under the same name the same files would be the same session.
          { name: 'Day Walk', ...(world.machine === 'upload-batch' ? { kind: 'batch' } : {}) },
        );
  await elder.start();
  await world.settled();
  await world.forget();
}
