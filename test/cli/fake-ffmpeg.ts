import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { flacFile } from '../../test-support/audio-files/flac.ts';
import { temporaryFolder } from './run-command.ts';

/**
 * A folder for the PATH with a program called ffmpeg, which writes a FLAC of eight seconds to the last of its words,
 * with the name of its input behind it, so that different files stay different. It notes its words in `calls`.
 */
export async function fakeFfmpeg({
  fails,
}: {
  fails?: string;
} = {}): Promise<{ path: string; calls: string }> {
  const folder = await temporaryFolder();
  const song = join(folder, 'song.flac');
  const calls = join(folder, 'calls');
  await writeFile(song, flacFile({ seconds: 8 }));
  const bin = join(folder, 'bin');
  await mkdir(bin);
  const script = `#!/bin/sh
[ "$1" = -version ] && exit 0
printf '%s\\n' "$*" >> '${calls}'
${fails === undefined ? '' : `echo 'x.caf: ${fails}' >&2; exit 1`}
input=
for word; do [ "$input" = next ] && input="$word"; [ "$word" = -i ] && input=next; last="$word"; done
[ -f "$input" ] || exit 1
{ /bin/cat '${song}'; printf '%s' "\${input##*/}"; } > "$last"
`;
  await writeFile(join(bin, 'ffmpeg'), script);
  await chmod(join(bin, 'ffmpeg'), 0o755);
  return { path: bin, calls };
}
