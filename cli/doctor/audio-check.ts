import type { AudioRefusal } from '../../functions/shared/audio-links.ts';
import { ChirpsmithError, type Problem } from '../../functions/shared/errors.ts';
import { createAudioLinks } from '../../functions/storage/audio-links.ts';
import {
  type ChosenWay,
  chosenWay,
  copiedAudio,
  defaultPort,
  missingWay,
  nameOfWay,
  portOf,
} from '../../local/index.ts';
import { deleteCopies } from '../left-audio.ts';
import { counted } from '../output/format.ts';
import { type Finding, failed, fine, warning } from './finding.ts';
import { homeOf, otherRow, runningStack } from './machine-checks.ts';
import type { DoctorWorld } from './world.ts';

/**
 * Can the provider fetch the audio of a session of this machine? A probe goes the way that is chosen.
 * @param firstPort of the row in which it listens for a tunnel while no stack runs
 */
export async function audio(world: DoctorWorld, firstPort: number, signal: AbortSignal): Promise<Finding> {
  return withLeft(await ofWay(world, firstPort, signal), world);
}

/** Adds the copies of audio that could not be deleted from a bucket. */
function withLeft({ result, seen, next }: Finding, world: DoctorWorld): Finding {
  const home = homeOf(world);
  const left = (typeof home === 'string' ? copiedAudio(home) : []).filter(({ problem }) => problem);
  const [first] = left;
  if (!first) return { result, seen, next };
  const files = counted(
    left.reduce((sum, one) => sum + one.files, 0),
    'copy',
    'copies',
  );
  const words = `${files} of audio could not be deleted from ${first.name}: ${first.problem}`;
  const steps = left.map((one) => deleteCopies(one, 'To delete the copies of a session:'));
  return {
    result: result === 'ok' ? 'warning' : result,
    seen: `${seen} ${words}`,
    next: [...next, ...steps],
  };
}

async function ofWay(world: DoctorWorld, firstPort: number, signal: AbortSignal): Promise<Finding> {
  const { env } = world;
  try {
    const chosen = chosenWay(env);
    if (chosen.kind === 'not needed') {
      const here = env.PROVIDER_BASE_URL ? 'The provider is on this machine and' : 'The sandbox';
      return fine(`${here} fetches it here.`);
    }
    if (chosen.kind === 'missing') {
      const { summary, problems } = missingWay(env.PROVIDER_BASE_URL ?? '', firstPort);
      return refused(summary, problems);
    }
    return await tried(chosen, world, { firstPort, signal });
  } catch (error) {
    if (error instanceof ChirpsmithError) {
      return error.name === 'AudioUnreachable' ? refusedBy(error) : refused(error.summary, error.problems);
    }
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    const port = portOf('the public door', firstPort);
    const holder = (await world.holderOfPort(port)) ?? 'another program';
    const state = code === 'EACCES' ? 'not for every user' : `taken by ${holder}`;
    // A stack that a command starts would be refused this port, too.
    const seen = `Port ${port}, to which the tunnel is to lead, is ${state}.`;
    return failed(seen, await otherRow(world, firstPort));
  }
}

async function tried(
  chosen: Extract<ChosenWay, { kind: 'tunnel' | 'bucket' }>,
  world: DoctorWorld,
  { firstPort, signal }: { firstPort: number; signal: AbortSignal },
): Promise<Finding> {
  const name = nameOfWay(chosen);
  const home = homeOf(world);
  if (typeof home !== 'string') return warning(`By ${name}; not tried, for the home cannot be named.`);
  const running = runningStack(world, home);
  if (running?.audio?.name === name) {
    const links = createAudioLinks({ url: running.audio.links, fetch: world.fetch });
    const note = await links.check({ fresh: true });
    if (note !== undefined) return warning(`A probe came back from ${name}. ${note}`);
    const port = URL.parse(running.audio.door ?? '')?.port;
    const leads = port ? `, which leads to port ${port} of the stack that runs` : '';
    return fine(`A probe came back from ${name}${leads}.`);
  }
  if (running) {
    return warning(`By ${name}, but the stack that runs has ${running.audio?.name ?? 'no such way'}.`, {
      words: 'To end it; sessions and files are kept:',
      command: 'npx chirpsmith stop',
    });
  }
  const { env } = world;
  const provider = env.PROVIDER_BASE_URL || 'http://127.0.0.1';
  if (!URL.canParse(provider)) {
    return warning(`By ${name}; not tried, for it is not known where the provider is.`, {
      words: 'The line Provider says what to do.',
    });
  }
  const { problem, note } = await world.tryWay({
    chosen,
    env,
    home,
    provider,
    firstPort,
    signal,
    fetch: world.fetch,
  });
  if (problem) return refusedBy(problem);
  const cameBack = `A probe came back from ${name}`;
  if (chosen.kind === 'tunnel') return throughDoor(cameBack, firstPort);
  return note === undefined ? fine(`${cameBack}.`) : warning(`${cameBack}. ${note}`);
}

/** Without a stack the probe went through a port that may not be that of the next stack. */
function throughDoor(cameBack: string, firstPort: number): Finding {
  const [port, usual] = [firstPort, defaultPort].map((first) => portOf('the public door', first));
  const seen = `${cameBack}, which leads to port ${port}. No stack runs`;
  if (port === usual) return fine(`${seen}; a command that starts one uses this port.`);
  return warning(`${seen}, and one that a command starts would use port ${usual}.`, {
    words: 'To have the stack on this row, before other commands:',
    command: `npx chirpsmith start --port ${firstPort}`,
  });
}

/** What was seen comes first; what it means for the audio, below. */
const refusedBy = ({ summary, problems }: AudioRefusal) =>
  problems.length === 1
    ? failed(problems.map(({ message }) => message).join(' '), {
        words: `${problems.map(({ where }) => where).join(', ')}: ${summary}`,
      })
    : refused(summary, problems);

const refused = (summary: string, problems: readonly Problem[]) =>
  failed(summary, ...problems.map(({ where, message }) => ({ words: `${where}: ${message}` })));
