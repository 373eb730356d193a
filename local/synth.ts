import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { takeLock } from './stack/lock-file.ts';

const project = fileURLToPath(new URL('..', import.meta.url));
const buildScript = fileURLToPath(new URL('./synth/build.ts', import.meta.url));

/** What the template is made from; the configuration variables of infra/config.ts come on top. */
const sources = ['infra', 'functions', 'docs/openapi.json', 'package-lock.json', 'cdk.json'];

/** Variables of the command line: the template knows nothing of them, and a password has no place in a hash. */
const notTheTemplates = /^CHIRPSMITH_(HOME|STAGE|USER|TOKEN|API_URL|ISSUER|CLIENT_ID)$/;

/** Assemblies that are kept, the newest; a change that is taken back is there at once. */
const kept = 3;
/** What a synth that was killed has left; no synth takes this long. */
const abandonedAfterMs = 10 * 60 * 1000;

/**
 * Synthesizes the product for the stage `local`: what `cdk synth -c stage=local` would write. Done once for
 * each state of the sources; done before, it takes some milliseconds.
 * @returns the directory of the cloud assembly
 * @throws Error with what the synth said when it failed
 */
export async function synthesize({
  home,
  environment = process.env,
}: {
  home: string;
  environment?: NodeJS.ProcessEnv;
}): Promise<string> {
  const assemblies = path.join(home, 'assembly');
  const assembly = path.join(assemblies, hashOfSources(environment));
  if (!existsSync(assembly)) {
    await mkdir(assemblies, { recursive: true });
    await makeOnce(assembly, environment);
  }
  await prune(assemblies, assembly);
  return assembly;
}

/** Of several processes that want the same assembly, one makes it and the others wait. */
async function makeOnce(assembly: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const maker = `${assembly}.maker`;
  while (!existsSync(assembly)) {
    const lock = takeLock(maker);
    if ('holder' in lock) {
      await delay(100);
      continue;
    }
    const unfinished = path.join(path.dirname(assembly), `.new-${randomUUID()}`);
    try {
      if (existsSync(assembly)) return;
      await build(unfinished, environment);
      await rename(unfinished, assembly);
    } finally {
      await rm(unfinished, { recursive: true, force: true });
      lock.release();
    }
  }
}

/** In a process of its own: the CDK takes 150 MB, which a stack that runs for hours should not keep. */
async function build(outdir: string, environment: NodeJS.ProcessEnv): Promise<void> {
  try {
    await promisify(execFile)(process.execPath, [buildScript, outdir], {
      cwd: project,
      env: environment,
      maxBuffer: 16 * 1024 * 1024,
    });
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw new Error(`The template could not be synthesized:\n${said}`, { cause: error });
  }
}

/** Of hundreds of small files, which are read in a quarter of the time when nothing is waited for. */
function hashOfSources(environment: NodeJS.ProcessEnv): string {
  const hash = createHash('sha256');
  for (const source of sources) {
    for (const file of filesOf(path.join(project, source))) {
      hash.update(path.relative(project, file)).update('\0');
      hash.update(readFileSync(file)).update('\0');
    }
  }
  for (const name of Object.keys(environment).sort()) {
    if (!name.startsWith('CHIRPSMITH_') || notTheTemplates.test(name)) continue;
    hash.update(`${name}=${environment[name]}\0`);
  }
  return hash.digest('hex').slice(0, 16);
}

function filesOf(source: string): string[] {
  if (!statSync(source).isDirectory()) return [source];
  return readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

async function prune(assemblies: string, current: string): Promise<void> {
  const found = await Promise.all(
    (await readdir(assemblies)).map(async (name) => {
      const file = path.join(assemblies, name);
      const made = await stat(file).catch(() => undefined);
      return {
        file,
        finished: made?.isDirectory() === true && !name.startsWith('.new-'),
        at: made?.mtimeMs ?? 0,
      };
    }),
  );
  const old = found
    .filter(({ file, finished }) => finished && file !== current)
    .sort((a, b) => b.at - a.at)
    .slice(kept - 1);
  const abandoned = found.filter(({ finished, at }) => !finished && at < Date.now() - abandonedAfterMs);
  await Promise.all([...old, ...abandoned].map(({ file }) => rm(file, { recursive: true, force: true })));
}
