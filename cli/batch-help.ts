import { defaultSettings } from '../functions/shared/settings.ts';
import { sandboxSpeed } from '../local/provider-time.ts';

const { limits, prices } = defaultSettings;

/** `npm run upload -- --help` */
export const uploadHelp = `Upload audio to one account of the provider, without training: a batch. Each file
gets the id of its clip, for personas and whatever else needs clips on one account.

  npm run upload -- <folder or files> [options]

A file that cannot be used, or that the provider refuses, is told with the reason
and holds up no other. The ids come in the order of the files.

Everything runs on this machine against a sandbox of the provider, unless you set
PROVIDER_BASE_URL and PROVIDER_API_KEY; you are asked first then.

Options
  --name <name>        a name to find the session by (default: the first folder's
                       or file's)
  --convert            convert what the provider may not take, with the ffmpeg
                       of this machine: to FLAC what has no loss, else to MP3
  --again              upload files once more that have a session under this
                       name already; without it that session goes on
  --dry-run            check the files and show the cost; starts nothing
  --speed <n>          run n times as fast as the provider would (default ${sandboxSpeed})
  --deadline <s>       stop watching after s seconds; the session goes on
  --yes, -y            do not ask before credits of a real provider are spent
  --json               one JSON object a line on standard output, nothing else;
                       the last line is the outcome: audioIds, and files with
                       audioId or reason
  --help, -h           this text

Files
  As npm run train takes them, at most ${limits.maxBatchFiles} of them.

Cost
  About ${prices.upload} credit for each upload.

Exit codes
  0 every file has its clip, or --dry-run found nothing wrong
  1 failed, or a file has no clip   2 bad input, nothing spent
  4 deadline      130 left with Ctrl-C; a started session goes on

Examples
  npm run upload -- ~/Music/voices
  npm run --silent upload -- voices --json --yes | tail -n 1 | jq .audioIds
`;
