import { ChirpsmithError } from '../../functions/shared/errors.ts';
import { defaultSettings } from '../../functions/shared/settings.ts';
import {
  defaultPort,
  homeDirectory,
  portOf,
  type ReadyInfo,
  rowOfPorts,
  wayVariables,
} from '../../local/index.ts';
import { shellQuote } from '../../packages/terminal/shell-quote.ts';
import { howToGetFfmpeg } from '../converter.ts';
import type { Next } from '../next.ts';
import { asSize } from '../output/format.ts';
import { type Finding, failed, fine, warning } from './finding.ts';
import type { DoctorWorld } from './world.ts';

const { limits } = defaultSettings;

/** The oldest Node in whose npm the dependencies install; npm runs on it until `npm ci` has brought another along. */
const oldestOfNpm = 20;

export function node({ nodeVersion, env, platform }: DoctorWorld): Finding {
  const [, npm, npmsNode] = /^npm\/(\S+) node\/v(\S+)/.exec(env.npm_config_user_agent ?? '') ?? [];
  if (npmsNode === undefined || npmsNode === nodeVersion) return fine(`${nodeVersion}.`);
  if (Number(npmsNode.split('.')[0]) >= oldestOfNpm) {
    return fine(`${nodeVersion}; npm ${npm} itself runs on ${npmsNode}.`);
  }
  const words = `Install Node ${platform === 'darwin' ? '22.18' : oldestOfNpm} or newer: https://nodejs.org`;
  return warning(`${nodeVersion}, but npm ${npm} itself runs on Node ${npmsNode}, which is too old for it.`, {
    words,
  });
}

/** The home, or the finding that it cannot be named. */
export function homeOf({ env }: Pick<DoctorWorld, 'env'>): string | Finding {
  try {
    return homeDirectory(env);
  } catch (error) {
    if (!(error instanceof ChirpsmithError)) throw error;
    return failed(error.problems.map(({ where, message }) => `${where}: ${message}`).join(' '));
  }
}

export async function home(world: DoctorWorld): Promise<Finding> {
  const folder = homeOf(world);
  if (typeof folder !== 'string') return folder;
  const { exists, problem, openTo, foreign } = await world.homeFacts(folder);
  if (problem !== undefined) return failed(problem);
  if (!exists) return fine(`${folder}; the first command makes it.`);
  if (foreign.length > 0) {
    return failed(`In ${folder} another user owns ${foreign.join(', ')}.`, {
      words: 'To make all of it yours:',
      command: `sudo chown -R "$(id -u)" ${shellQuote(folder)}`,
    });
  }
  if (openTo !== undefined) {
    return warning(`${folder} is open to other users of this machine (mode ${openTo}).`, {
      words: 'To keep it to yourself:',
      command: `chmod -R go= ${shellQuote(folder)}`,
    });
  }
  return fine(`${folder}, for you alone.`);
}

/** The local S3 keeps a copy of each file of a session. */
export async function disk(world: DoctorWorld): Promise<Finding> {
  const folder = homeOf(world);
  if (typeof folder !== 'string') return failed('The home cannot be named, so its disk is not known.');
  const { free } = await world.homeFacts(folder);
  if (free === undefined) return warning('The system does not say how much room there is.');
  const { maxBytes, minClips } = limits;
  const seen = `${asSize(free)} are free where the home is.`;
  const words =
    'A copy of each audio file is kept there: make room, or point CHIRPSMITH_HOME at another disk.';
  if (free < maxBytes)
    return failed(`${seen} The largest file of a session may have ${asSize(maxBytes)}.`, { words });
  if (free < maxBytes * minClips) {
    return warning(`${seen} ${minClips} of the largest files need ${asSize(maxBytes * minClips)}.`, {
      words,
    });
  }
  return fine(seen);
}

const toStop = { words: 'To end it; sessions and files are kept:', command: 'npx chirpsmith stop' };

export async function stack(world: DoctorWorld, signal: AbortSignal): Promise<Finding> {
  const folder = homeOf(world);
  if (typeof folder !== 'string') return failed('The home cannot be named, so its stack is not known.');
  const holder = world.stackOf(folder);
  if (!holder) return fine('None runs for this home; a command starts one when it needs it.');
  const ready = runningStack(world, folder);
  if (!ready) {
    return warning(`Process ${holder.pid} has this home and is not ready: it starts, or it hangs.`, toStop);
  }
  try {
    // A refusal is an answer as well.
    await world.fetch(ready.api, { signal });
  } catch {
    return failed(
      `Process ${holder.pid} has this home, and its API at ${ready.api} does not answer.`,
      toStop,
    );
  }
  return fine(`Process ${holder.pid} runs it, at ${ready.api} and ${ready.speed}× speed.`);
}

/** The stack that runs for a home. */
export function runningStack(world: DoctorWorld, folder: string): ReadyInfo | undefined {
  const ready = world.readyInfo(folder);
  return ready && ready.pid === world.stackOf(folder)?.pid ? ready : undefined;
}

export async function ports(world: DoctorWorld, first: number): Promise<Finding> {
  const folder = homeOf(world);
  const own = typeof folder === 'string' ? runningStack(world, folder) : undefined;
  const ours = new Set(
    [own?.api, own?.s3, own?.aws, own?.provider, own?.issuer, own?.audio?.door, own?.page].map((url) =>
      Number(URL.parse(url ?? '')?.port),
    ),
  );
  // Its port does not matter where no tunnel leads to it.
  const door = own?.audio?.door ?? world.env[wayVariables.publicUrl];
  const used = rowOfPorts.filter((what) => what !== 'the public door' || door);
  const row = await Promise.all(
    used.map(async (what) => {
      const port = portOf(what, first);
      const state = await world.portState(port);
      return { what, port, state: state === 'taken' && ours.has(port) ? 'ours' : state } as const;
    }),
  );
  const name = `${first} to ${first + rowOfPorts.length - 1}`;
  const lost = row.filter(({ state }) => state === 'taken' || state === 'not for every user');
  if (lost.length === 0) {
    const ofStack = row.some(({ state }) => state === 'ours');
    return fine(ofStack ? `${name}: the stack of this home has them.` : `${name} are free.`);
  }
  const seen = await Promise.all(
    lost.map(async ({ what, port, state }) => {
      if (state === 'not for every user') return `Port ${port}, for ${what}, is not for every user.`;
      return `Port ${port}, for ${what}, is taken by ${(await world.holderOfPort(port)) ?? 'another program'}.`;
    }),
  );
  if (lost.some(({ what }) => what === 'the public door')) {
    return warning(seen.join(' '), await otherRow(world, first));
  }
  return warning(seen.join(' '), {
    words: 'Only start uses this row. On free ports:',
    command: 'npx chirpsmith start --port 0',
  });
}

/** How to have a stack whose public door has a port that is free, where that of the row at `first` cannot be had. */
export async function otherRow({ portState }: DoctorWorld, first: number): Promise<Next> {
  const isFree = async (row: number) => {
    const states = await Promise.all(rowOfPorts.map((what) => portState(portOf(what, row))));
    return states.every((state) => state === 'free');
  };
  const next = Math.max(first + 100, defaultPort);
  let row = next;
  while (row + rowOfPorts.length <= 65_536 && !(await isFree(row))) row += 100;
  const free = row + rowOfPorts.length <= 65_536 ? row : next;
  return {
    words: `On another row, when the tunnel leads to port ${portOf('the public door', free)}:`,
    command: `npx chirpsmith start --port ${free}`,
  };
}

export async function ffmpeg({ ffmpeg: find, platform }: DoctorWorld): Promise<Finding> {
  const found = await find();
  const why = 'Only --convert needs it.';
  if (found === 'missing') {
    return warning(`It is not on the PATH. ${why}`, {
      words: 'To get it:',
      command: howToGetFfmpeg(platform),
    });
  }
  if (found === 'broken') {
    return warning(`The one on the PATH does not run. ${why}`, {
      words: 'To see why:',
      command: 'ffmpeg -version',
    });
  }
  return fine(`${found}, for --convert.`);
}
