import { basename, extname, resolve } from 'node:path';
import { defaultSettings } from '../../functions/shared/settings.ts';
import {
  audioWay,
  common,
  convert,
  deadline,
  modelName,
  realistic,
  rightsConfirmed,
  speed,
  yes,
} from '../command-line/common-flags.ts';
import { type ArgumentsOf, defineCommand } from '../command-line/define-command.ts';
import { many, toggle } from '../command-line/flags.ts';
import type { ExitCode } from '../exit-codes.ts';

const { limits, prices } = defaultSettings;

export const upload = defineCommand({
  name: 'upload',
  summary: 'Upload audio without training, for the ids of its clips',
  page: 'batch.md',
  usage: [['FOLDER']],
  about: [
    'A batch: all files go to one account of the provider. Each gets the id of its clip, in the order of the files, for personas and other work that needs clips on one account. A file that cannot be used, or that the provider rejects, is shown with the reason and holds up no other.',
    'Everything runs on this machine against a sandbox of the provider, unless you set PROVIDER_BASE_URL and PROVIDER_API_KEY; you are asked first then.',
  ],
  positionals: {
    paths: many('FOLDER', {
      help: 'a folder, or files',
      missing: 'Name a folder or files, as in npx chirpsmith upload ~/Music/voices.',
    }),
  },
  tooMany: '',
  flags: {
    name: modelName("a name to find the session by (default: the first folder's or file's)"),
    convert,
    again: toggle(
      'upload files once more that have a session under this name already; without it that session goes on',
    ),
    dryRun: toggle('try all that costs nothing, and show the cost; starts nothing'),
    speed,
    ...audioWay,
    realistic,
    deadline,
    rightsConfirmed,
    yes: { ...yes, help: 'do not ask before credits of a real provider are spent' },
    ...common,
  },
  sections: {
    Files: `As npx chirpsmith train takes them, at most ${limits.maxBatchFiles} of them.`,
    Cost: `About ${prices.upload} credit for each upload.`,
    'With --json': 'The last line has audioIds, and files with audioId or reason.',
  },
  done: 'every file has its clip, or --dry-run found nothing wrong',
  codes: [1, 2, 4, 5, 130],
  examples: ['upload ~/Music/voices', 'upload voices --json --yes | tail -n 1 | jq .audioIds'],
  run: async (args, context): Promise<ExitCode> =>
    (await import('../upload-batch.ts')).uploadBatch(
      { ...args, name: args.name ?? nameAfter(args.paths[0] ?? '') },
      context,
    ),
});

/** `paths` as typed. `deadline` in seconds. */
export type UploadArguments = ArgumentsOf<typeof upload> & { readonly name: string };

/** The last part of a path, without what no name may hold. */
function nameAfter(path: string): string {
  const last = basename(resolve(path));
  const words = basename(last, extname(last))
    .replace(/\p{Cc}/gu, ' ')
    .trim();
  return [...words].slice(0, limits.maxNameLength).join('') || 'Batch';
}
