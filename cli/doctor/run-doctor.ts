import { defaultPort } from '../../local/index.ts';
import type { CommandContext } from '../command.ts';
import type { DoctorArguments } from '../commands/doctor.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { audio } from './audio-check.ts';
import { identity, stageApi } from './aws-checks.ts';
import { type Checks, checkUntil, tellChecks } from './checks.ts';
import { clock, watchDates } from './clock-check.ts';
import { disk, ffmpeg, home, node, ports, stack } from './machine-checks.ts';
import { balanceOf, provider, providerKey, relayKey } from './provider-checks.ts';
import { type DoctorWorld, thisWorld } from './world.ts';

/**
 * Looks at everything that a command needs, and says what to do about what is missing. All checks run at the same
 * time; none starts, spends or changes anything.
 */
export async function runDoctor(
  { port = defaultPort }: Partial<Pick<DoctorArguments, 'port'>>,
  {
    display,
    env,
    signal: interrupted,
    target,
  }: Pick<CommandContext, 'display' | 'env' | 'signal' | 'target'>,
  place: DoctorWorld = thisWorld(env),
): Promise<ExitCode> {
  const signal = AbortSignal.any([interrupted, place.patience.network]);
  const over = AbortSignal.any([interrupted, place.patience.all]);
  const dates = watchDates(place.fetch, place.now, env.CHIRPSMITH_PUBLIC_URL);
  const world = { ...place, fetch: dates.fetch };
  const question = { world, signal };
  const balance = balanceOf(question);
  const check = checkUntil(over);
  const row = check(() => ports(world, port));

  const checks: Checks = {
    Node: check(async () => node(world)),
    Home: check(() => home(world)),
    Disk: check(() => disk(world)),
    Stack: check(() => stack(world, signal)),
    Ports: row,
    Provider: check(async () => provider(question)),
    Key: check(() => providerKey(question, balance)),
    Balance: check(async () => (await balance).finding),
    Relay: check(() => relayKey(question)),
    // A tunnel is tried on a port of the row, which is looked at first.
    Audio: check(async () => row.then(() => audio(world, port, over))),
    ffmpeg: check(() => ffmpeg(world)),
    Stage: check(() => stageApi(world, target, signal)),
    AWS: check(() => identity(world, target)),
  };
  // Its servers are those that the others ask.
  const last = Promise.all(Object.values(checks)).then(() => clock(dates, world.platform));

  const names = await tellChecks(
    { ...checks, Clock: last },
    (name, found) => display.emit({ event: 'doctor.checked', check: name, ...found }),
    interrupted,
  );
  display.emit({ event: 'doctor.done', ...names });
  return names.failed.length > 0 ? exitCodes.failed : exitCodes.done;
}
