import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { toReady } from './fake-sessions.ts';
import { startFakeStack } from './fake-stack.ts';
import { temporaryFolder } from './run-command.ts';
import { wav } from './wav.ts';

/** A home with a fake stack, and a folder of six usable pieces with the names people use. */
export async function prepared(options: Omit<Parameters<typeof startFakeStack>[0], 'home'> = {}) {
  const home = await temporaryFolder();
  const fake = await startFakeStack({ home, steps: toReady.slice(-1), ...options });
  onTestFinished(() => fake.close());
  const tracks = join(home, 'my tracks');
  await mkdir(tracks);
  const names = ['01 a.wav', '02 b+c.wav', '03 #1.wav', '04 cote\u0301.wav', '05 洞窟.wav', '06 "q".wav'];
  for (const [index, name] of names.entries()) {
    await writeFile(join(tracks, name), wav(6.5, 200 + 40 * index));
  }
  return { home, fake, tracks };
}
