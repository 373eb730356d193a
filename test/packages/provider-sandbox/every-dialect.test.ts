import { afterAll, beforeAll, expect, it } from 'vitest';
import { createMountSea } from '../../../functions/provider/mountsea.ts';
import { virtualClock } from '../../../packages/local-servers/clock.ts';
import { type Sandbox, startSandbox } from '../../../packages/provider-sandbox/sandbox.ts';
import { type Dialect, sandboxSettingsSchema } from '../../../packages/provider-sandbox/settings.ts';
import { startAudioServer } from './audio-server.ts';

// What the API's pages leave open, a server says in one way or in another: our client understands all of them.
const clock = virtualClock();
let audio: Awaited<ReturnType<typeof startAudioServer>>;
let sandbox: Sandbox;
let sessionId: string;
const clipIds: string[] = [];

const client = () => createMountSea({ baseUrl: sandbox.url, key: async () => sandbox.key });
const call = <T>(work: () => Promise<T>) => clock.busy(work);

beforeAll(async () => {
  audio = await startAudioServer();
  sandbox = await startSandbox({
    port: 0,
    clock,
    key: 'k-dialect',
    seed: 'dialects',
    settings: { durations: { upload: { spread: 0 }, training: { shortest: 120, longest: 120 } } },
  });
  ({ sessionId } = await call(client().prepare));
  for (let track = 0; track < 6; track++) clipIds.push(await uploaded());
});
afterAll(async () => {
  await sandbox.close();
  await audio.close();
});

/** One more upload of the session, seen while it is pending and when it is done. */
async function uploaded(): Promise<string> {
  const { upload, status } = client();
  const { taskId } = await call(() => upload({ sessionId, audioUrl: `${audio.url}/song.wav` }));
  expect(await call(() => status(taskId, 'upload'))).toMatchObject({ taskId, phase: 'pending' });
  await clock.sleep(30_000);
  const done = await call(() => status(taskId, 'upload'));
  expect(done).toMatchObject({ phase: 'succeeded', status: 'success', clipId: expect.any(String) });
  return done.clipId ?? '';
}

const { dialect: usual } = sandboxSettingsSchema.parse({});
const either = [false, true];
const alone: Dialect[] = either.flatMap((status200) =>
  either.flatMap((resultArray) =>
    either.flatMap((strangePending) =>
      (['data', 'result'] as const).flatMap((resultName) =>
        (['lower', 'upper'] as const).map((statusCase) => ({
          ...usual,
          ...{ status200, resultArray, strangePending, resultName, statusCase },
        })),
      ),
    ),
  ),
);

// Around any of them: once in each shape of what is in it.
const dialects = [
  ...alone,
  ...alone.filter(({ status200 }) => !status200).map((dialect) => ({ ...dialect, envelope: true })),
];

it.each(dialects)(
  '$resultName, array: $resultArray, $statusCase case, 200: $status200, strange: $strangePending, envelope: $envelope',
  async (dialect) => {
    sandbox.change({ dialect });
    const { prepare, create, status } = client();
    const opened = await call(prepare);
    expect(await call(() => status(opened.sessionId, 'training'))).toMatchObject({
      phase: 'pending',
      status: 'ready',
    });
    await uploaded();

    const { taskId } = await call(() => create({ sessionId, clipIds, name: 'Night Drive' }));
    expect(taskId).toBe(sessionId);
    const running = await call(() => status(taskId, 'training'));
    expect(running.phase).toBe('pending');
    expect(running).not.toHaveProperty('modelId');
    await clock.sleep(121_000);
    expect(await call(() => status(taskId, 'training'))).toMatchObject({
      phase: 'succeeded',
      modelId: expect.stringMatching(/^chirp-custom:[0-9a-f-]{36}$/),
    });
  },
);
