import { createApiClient } from '../api-client.ts';
import type { CommandContext } from '../command.ts';
import type { ConnectedStack } from '../connect.ts';
import type { Target } from '../stage-target.ts';
import { stageTokens } from './sign-in.ts';
import { readStage } from './stage.ts';

/** A deployed API is asked as often as it says itself; a lost answer of its waits at most this long, in seconds. */
const longestPause = 30;

/**
 * The API of a stage in AWS, for the signed-in user. Signs in first if no user is signed in.
 * @throws UsageError saying what to do
 */
export async function connectStage(
  target: Target & { readonly stage: string },
  context: CommandContext,
  { quiet, speed }: { quiet: boolean; speed: number | undefined },
): Promise<ConnectedStack> {
  const { display, env, clock, stillWanted } = context;
  const stage = readStage(target, env);
  const tokens = stageTokens(stage, context);
  // Now, and not in the middle of the work.
  await tokens.current();
  const { name, api, provider, relay, bucket } = stage;
  if (!quiet) display.emit({ event: 'stage.reached', stage: name, api, provider });
  if (speed !== undefined) {
    const message = 'A stage in AWS runs in real time: --speed has no meaning there.';
    display.emit({ event: 'note', message });
  }
  return {
    stack: { provider, relay, bucket, sandbox: false },
    client: createApiClient(api, tokens, { beforeChange: stillWanted, sleep: clock.sleep }),
    startedHere: false,
    longestPause,
    isStackRunning: () => true,
    async release() {},
  };
}
