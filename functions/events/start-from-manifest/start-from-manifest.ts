import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Executions } from '../../sessions/executions.ts';
import type { FileLists } from '../../sessions/file-list.ts';
import { sessionIdOf } from '../../sessions/session-id.ts';
import { ChirpsmithError, type Problem } from '../../shared/errors.ts';
import { eventTypes } from '../../shared/event-types.ts';
import type { Settings } from '../../shared/settings.ts';
import type { EventBus } from '../event-bus.ts';
import type { Inbox } from './inbox.ts';
import {
  judge,
  longestManifest,
  type Manifest,
  manifestName,
  mostListed,
  type Order,
  readManifest,
  reportName,
} from './manifest.ts';

/** S3's "Object Created", as far as it matters. Unlike in other notifications, the key is not encoded. */
export const objectCreated = z.object({ detail: z.object({ object: z.object({ key: z.string() }) }) });

export interface StartFromManifestDeps {
  readonly inbox: Inbox;
  readonly lists: Pick<FileLists, 'write'>;
  readonly bucket: string;
  readonly executions: Pick<Executions, 'start' | 'standing' | 'arnOf'>;
  readonly bus: EventBus;
  readonly settings: Settings;
  /** Whose the sessions are. */
  readonly owner: string;
  readonly now: () => string;
}

/** What came of an event. */
export type Outcome =
  /** Nothing to do: no manifest is there. */
  | { readonly verdict: 'none' }
  /** Its execution runs, or ran; perhaps since an earlier event. */
  | { readonly verdict: 'started'; readonly execution: string }
  | { readonly verdict: 'refused'; readonly problems: number };

/** What a person finds beside a manifest that cannot be used. */
const reportSchema = z.object({
  manifest: z.string(),
  versionId: z.string(),
  at: z.string(),
  problems: z.array(z.object({ where: z.string(), message: z.string() })),
});

/** Problems that are listed; a manifest can have thousands. */
const mostProblems = 50;
const longestReport = 256 * 1024;
/** Looks at a folder in which something changes each time, before it is left to the next event. */
const looks = 10;

/**
 * Something was put into a folder of the inbox. What the event says besides is not believed: events come twice, late
 * and out of order, so the folder is looked at as it is now. A manifest whose audio is there starts an execution
 * whose name follows from its key and version, so each version starts once. One that cannot be used (yet) gets a
 * report beside it, and is looked at again with the next file.
 * @throws ChirpsmithError StorageUnavailable, AccessDenied, Unexpected; the event is then brought again
 */
export async function startFromManifest(
  { detail }: z.infer<typeof objectCreated>,
  deps: StartFromManifestDeps,
): Promise<Outcome> {
  const [, folder = '', name = ''] = /^(inbox\/.+\/)([^/]+)$/s.exec(detail.object.key) ?? [];
  // Our own report is no news.
  if (folder === '' || name === reportName) return { verdict: 'none' };
  const { inbox, executions } = deps;

  for (let look = 1; look <= looks; look++) {
    // Asked first, and by itself: most events are of a file whose manifest is still to come, one of thousands.
    const isThere = await inbox.has(folder + manifestName);
    const manifest = isThere ? await inbox.read(folder + manifestName, longestManifest) : undefined;
    if (!manifest) return { verdict: 'none' };

    const read = readManifest(manifest.bytes);
    // A version says one thing for ever: what it was started as, it is looked for as.
    const kind = 'manifest' in read ? read.manifest.kind : 'train';
    const execution = executionName(folder, manifest.versionId);
    const isNew = (await executions.standing(executions.arnOf(execution, kind))) === 'unknown';
    const judged = isNew ? await judgedBy(read, folder, deps) : undefined;
    const isReported = await inbox.has(folder + reportName);
    if (judged && 'problems' in judged) {
      const { versionId } = manifest;
      const problems = listed(judged.problems);
      const earlier = isReported ? await earlierReport(folder, inbox) : undefined;
      const isKnown = earlier?.versionId === versionId;
      if (isKnown && JSON.stringify(earlier.problems) === JSON.stringify(problems)) {
        return { verdict: 'refused', problems: judged.problems.length };
      }
      const report = { manifest: folder + manifestName, versionId, at: deps.now(), problems };
      // While its files come one by one, the report follows; that they are not complete is said once. The event goes
      // first: what fails between the two is told twice, not never.
      if (!isKnown)
        await deps.bus.put(eventTypes.manifestRefused, { schema: 1, bucket: deps.bucket, ...report });
      await inbox.write(folder + reportName, report);
      // What was missing may have come while this was written, and its own event gone before: look again.
      continue;
    }
    if (judged) {
      const sessionId = sessionIdOf(executions.arnOf(execution, kind));
      await executions.start(execution, await inputOf(judged.order, { folder, sessionId }, deps), kind);
    }
    if (isReported) await inbox.remove(folder + reportName);
    return { verdict: 'started', execution };
  }
  throw new ChirpsmithError('StorageUnavailable', `${folder} changes faster than it can be looked at.`);
}

type Read = { manifest: Manifest } | { problems: readonly Problem[] };

async function judgedBy(read: Read, folder: string, { inbox, settings }: StartFromManifestDeps) {
  if ('problems' in read) return read;
  const found = await inbox.list(folder, mostListed(read.manifest, settings));
  return judge(read.manifest, found, settings);
}

/** What the machine is given: the same as a person would paste into the console, and who did it. */
async function inputOf(
  { files, kind, ...order }: Order,
  { folder, sessionId }: { folder: string; sessionId: string },
  { bucket, owner, lists }: StartFromManifestDeps,
) {
  const startedBy = 'manifest';
  if (kind === 'batch') {
    // Two who look at the same time may see different files. Each writes its own list; the execution has one's.
    return {
      kind,
      ...order,
      list: await lists.write(sessionId, { folder, files: [...files] }),
      owner,
      startedBy,
    };
  }
  const audio = files.map((file) => `s3://${bucket}/${folder}${file}`);
  return { ...order, audio, owner, startedBy };
}

/** In hexadecimal: a name may hold neither slashes nor spaces, and at most 80 characters. */
function executionName(folder: string, versionId: string): string {
  const hash = createHash('sha256').update(`${folder}${manifestName}\n${versionId}`).digest('hex');
  return `inbox-${hash.slice(0, 40)}`;
}

/** Undefined for one that is not ours: a person may put anything there. */
async function earlierReport(folder: string, inbox: Inbox) {
  const report = await inbox.read(folder + reportName, longestReport);
  try {
    return reportSchema.safeParse(JSON.parse(new TextDecoder().decode(report?.bytes))).data;
  } catch {
    return undefined;
  }
}

function listed(problems: readonly Problem[]): Problem[] {
  const first = problems
    .slice(0, mostProblems)
    .map(({ where, message }) => ({ where: where.slice(0, 200), message: message.slice(0, 500) }));
  const others = problems.length - first.length;
  return others > 0 ? [...first, { where: manifestName, message: `has ${others} more problems` }] : first;
}
