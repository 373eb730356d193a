import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const keptSchema = z.object({
  user: z.string(),
  issuer: z.string(),
  /** A client's token is of no use to another: a recreated stage has a new client. */
  clientId: z.string(),
  refreshToken: z.string(),
});

/** Who is signed in at a stage, and the token that goes on proving it. */
export type KeptSignIn = z.infer<typeof keptSchema>;

/** What is kept between two commands of a sign-in, readable by its owner only. */
export interface SignInFile {
  read(): KeptSignIn | undefined;
  write(kept: KeptSignIn): void;
  remove(): void;
}

/** @param outputs the stage's outputs; the file lies beside them */
export function signInFile(outputs: string): SignInFile {
  const file = outputs.replace(/\.json$/, '.signed-in');
  return {
    read() {
      try {
        return keptSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
      } catch {
        // An unreadable cache counts as empty: the user signs in again.
        return undefined;
      }
    },
    write(kept) {
      mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
      // Never there with other rights, nor by half.
      const half = `${file}.${process.pid}`;
      writeFileSync(half, `${JSON.stringify(kept)}\n`, { mode: 0o600 });
      renameSync(half, file);
    },
    remove: () => rmSync(file, { force: true }),
  };
}
