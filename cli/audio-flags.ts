import type { Problem } from '../functions/shared/errors.ts';
import { wayVariables } from '../local/index.ts';

interface AudioFlags {
  readonly publicUrl?: string | undefined;
  readonly audioBucket?: string | undefined;
  readonly keepAudio?: boolean;
}

/**
 * Puts the flags about the audio's way into their variables, so that the stack that is started gets them, and so do the
 * commands that are printed. A flag replaces both ways that variables name.
 * @returns what is wrong with them in `problems`
 */
export function withAudioFlags(
  { publicUrl, audioBucket, keepAudio }: AudioFlags,
  stage: string | undefined,
  env: NodeJS.ProcessEnv,
): { env: NodeJS.ProcessEnv; problems: readonly Problem[] } {
  const problems: Problem[] = [];
  if (stage !== undefined) {
    const given = { '--public-url': publicUrl, '--audio-bucket': audioBucket, '--keep-audio': keepAudio };
    const message =
      'It is about audio on this machine; that of a stage is in its own bucket, which the provider reaches.';
    const used = Object.entries(given).filter(([, value]) => value !== undefined && value !== false);
    return { env, problems: used.map(([where]) => ({ where, message })) };
  }
  if (publicUrl !== undefined && audioBucket !== undefined) {
    problems.push({
      where: '--public-url',
      message: '--audio-bucket is given as well, and the audio goes one way: leave out one of them.',
    });
  }
  const named = publicUrl !== undefined || audioBucket !== undefined;
  const ways = named ? { [wayVariables.publicUrl]: publicUrl, [wayVariables.audioBucket]: audioBucket } : {};
  if (keepAudio && !(named ? audioBucket : env[wayVariables.audioBucket])) {
    const message = 'It is about --audio-bucket: name the bucket as well.';
    problems.push({ where: '--keep-audio', message });
  }
  return { env: { ...env, ...ways, ...(keepAudio ? { [wayVariables.keepAudio]: 'yes' } : {}) }, problems };
}
