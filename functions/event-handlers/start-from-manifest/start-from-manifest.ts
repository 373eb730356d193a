import { createHash } from 'node:crypto';
import * as z from 'zod';
import { sessionIdOf } from '../../domain/session-id.ts';
import type { Deps } from '../../runtime/spec.ts';
import { canonicalJson } from '../../shared/canonical-json.ts';
import { ChirpsmithError, type Problem } from '../../shared/errors.ts';
import { eventTypes } from '../../shared/event-types.ts';
import type { ReadObject } from './inbox.ts';
import {
  isOurs,
  judge,
  longestManifest,
  type Manifest,
  manifestName,
  mostListed,
  type Order,
  readManifest,
  relevantTo,
  reportName,
} from './manifest.ts';
import { type NearMiss, nearMiss } from './near-misses.ts';
import { noteStart, parsed, reportLate, type Start, startsOf } from './starts.ts';
import type { trigger } from './trigger.ts';

export type StartFromManifestDeps = Deps<typeof trigger>;

/** What came of an event. */
export type Outcome =
  /** Nothing to do: no manifest is there. */
  | { readonly verdict: 'none' }
  /** Its execution runs, or ran; perhaps since an earlier event. */
  | { readonly verdict: 'started'; readonly execution: string }
  /** Listed files are on their way; the event of the manifest itself waits for them. */
  | { readonly verdict: 'waiting' }
  | { readonly verdict: 'refused'; readonly problems: number };

/** What a person finds beside a manifest that cannot be used. */
const reportSchema = z.object({
  manifest: z.string(),
  content: z.string(),
  problems: z.array(z.object({ where: z.string(), message: z.string() })),
});

/** Problems that are listed; a manifest can have thousands. */
const mostProblems = 50;
const longestReport = 256 * 1024;
/** Looks at a folder in which something changes each time, before it is left to the next event. */
const looks = 10;
/** Seconds between looks for listed files that are not there yet: four minutes in all. */
const pauses = [5, 10, 20, 40, 60, 60, 45];
/** Days after which a manifest that has started nothing does not start any more. */
const oldAge = 30;

/**
 * Something was put into a folder of the inbox. What the event says besides is not believed: events come twice, late
 * and out of order, so the folder is looked at as it is now. A manifest whose audio is there starts an execution
 * whose name follows from its folder and what it says: the same manifest starts once, however often it is put there.
 * One that cannot be used (yet) gets a report beside it, and is looked at again with the next file. Audio that comes
 * after the start is reported as well, and so is a manifest under a name that is nearly right. What is written beside a
 * manifest follows from the folder and the execution's input, never from the event: each writer checks the folder once more.
 * @throws ChirpsmithError StorageUnavailable, AccessDenied, Unexpected; the event is then brought again
 */
export async function startFromManifest(
  { detail }: z.output<(typeof trigger)['input']>,
  deps: StartFromManifestDeps,
): Promise<Outcome> {
  const { key } = detail.object;
  const missed = nearMiss(key);
  if (missed) return reportMiss(key, missed, deps);
  const [, folder = '', name = ''] = /^(inbox\/.+\/)([^/]+)$/s.exec(key) ?? [];
  // Our own files are no news.
  if (folder === '' || isOurs(name)) return { verdict: 'none' };
  const { inbox } = deps;
  const waiting = name === manifestName ? [...pauses] : [];

  for (let look = 1; look <= looks; ) {
    // Asked first, and by itself: most events are of a file whose manifest is still to come, one of thousands.
    const isThere = await inbox.find(folder + manifestName);
    const found = isThere ? await inbox.read(folder + manifestName, longestManifest) : undefined;
    if (!found) return { verdict: 'none' };
    const one = read(folder, found);
    const earlierStart = await startOf(one, deps);
    const judged = earlierStart ? undefined : await judgedBy(one, deps);
    const isReported = await inbox.find(folder + reportName);
    if (!judged || 'order' in judged) {
      const start = earlierStart ?? (judged && (await startNow(one, judged.order, deps)));
      if (isReported) await inbox.remove(folder + reportName);
      if (start && !(await reportOnLate(one, start, name, deps))) {
        return { verdict: 'started', execution: one.execution };
      }
      look += 1;
      continue;
    }
    const earlier = isReported
      ? parsed(reportSchema, await inbox.read(folder + reportName, longestReport))
      : undefined;
    const isKnown = earlier?.content === one.content;
    if (judged.waits && !isKnown) {
      const pause = waiting.shift();
      if (pause !== undefined) {
        await deps.sleep(pause);
        continue;
      }
      if (name !== manifestName) return { verdict: 'waiting' };
    }
    const problems = listed(judged.problems);
    if (isKnown && JSON.stringify(earlier.problems) === JSON.stringify(problems)) {
      return { verdict: 'refused', problems: judged.problems.length };
    }
    const report = { manifest: folder + manifestName, versionId: found.versionId, at: deps.now(), problems };
    // While its files come one by one, the report follows; that they are not complete is said once. The event goes
    // first: a failure between the two is reported twice instead of never.
    if (!isKnown) await tell(report, deps);
    await inbox.write(folder + reportName, { ...report, content: one.content });
    // What was missing may have come while this was written, and its own event gone before: look again.
    look += 1;
  }
  throw new ChirpsmithError('StorageUnavailable', `${folder} changes faster than it can be looked at.`);
}

/** A manifest as it is in its folder now. */
interface Found {
  readonly folder: string;
  readonly said: { manifest: Manifest } | { problems: readonly Problem[] };
  /** By what it says, not by its version: a client that repeats a PUT after a lost response makes another version. */
  readonly content: string;
  readonly execution: string;
  readonly kind: Manifest['kind'];
  /** When it was put there, ISO. */
  readonly at: string;
}

function read(folder: string, { bytes, at }: ReadObject): Found {
  const said = readManifest(bytes);
  const kind = 'manifest' in said ? said.manifest.kind : 'train';
  const words = 'manifest' in said ? canonicalJson(said.manifest) : (bytes ?? '');
  const content = createHash('sha256').update(`${folder}\n`).update(words).digest('hex');
  // In hexadecimal: a name may hold neither slashes nor spaces, and at most 80 characters.
  return { folder, said, content, execution: `inbox-${content.slice(0, 40)}`, kind, at };
}

/** What an execution was given: its files by their addresses, or the key of their list. */
const givenSchema = z.union([z.object({ audio: z.array(z.string()) }), z.object({ list: z.string() })]);

/** What this manifest has started, if it has: by the note beside it, or by the execution of its name. */
async function startOf(one: Found, deps: StartFromManifestDeps): Promise<Start | undefined> {
  const { inbox, executions } = deps;
  const { folder, content, execution, kind, at, said } = one;
  if (!('manifest' in said)) return undefined;
  const before = await startsOf(folder, inbox);
  const noted = before.find((start) => start.content === content);
  // Of several who saw the folder at different moments one has started it: the execution says with which files.
  const begun = noted?.files ? undefined : await executions.startOf(executions.arnOf(execution, kind));
  const startedAt = noted?.startedAt ?? begun?.startedAt;
  if (startedAt === undefined) return undefined;
  const files = noted?.files ?? (await filesOf(begun?.input, one, deps));
  const start = { content, execution, startedAt, manifestAt: at, ...(files === undefined ? {} : { files }) };
  // Anew where the manifest was put there again, so that the note is deleted after it.
  if (noted?.manifestAt !== at || (files !== undefined && noted.files === undefined)) {
    await noteStart(folder, start, { inbox, before });
  }
  return start;
}

/** The files of a session, by their names in the folder; undefined where its execution is forgotten. */
async function filesOf(input: unknown, { folder }: Found, { bucket, lists }: StartFromManifestDeps) {
  const given = givenSchema.safeParse(input).data;
  if (given === undefined) return undefined;
  if ('list' in given) return (await lists.read(given.list)).files;
  const place = `s3://${bucket}/${folder}`;
  return given.audio.map((address) => address.slice(place.length));
}

/** @returns whether something beside the manifest was changed */
async function reportOnLate(
  { folder, said }: Found,
  start: Start,
  name: string,
  { inbox, now, settings }: StartFromManifestDeps,
): Promise<boolean> {
  if (!('manifest' in said)) return false;
  const { manifest } = said;
  if (name !== manifestName && !relevantTo(manifest)(name)) return false;
  return reportLate(folder, { manifest, start, most: mostListed(manifest, settings) }, { inbox, now });
}

async function judgedBy({ said, folder, at }: Found, { inbox, settings, now }: StartFromManifestDeps) {
  if ('problems' in said) return { ...said, waits: false };
  const days = Math.floor((Date.parse(now()) - Date.parse(at)) / (24 * 60 * 60 * 1000));
  if (days >= oldAge) {
    const message = `was put here ${days} days ago, too long ago to start now: put it here again`;
    return { problems: [{ where: manifestName, message }], waits: false };
  }
  return judge(said.manifest, await inbox.list(folder, mostListed(said.manifest, settings)), settings);
}

/**
 * Starts it on what was found.
 * @returns undefined when another request started it with other input
 */
async function startNow(one: Found, order: Order, deps: StartFromManifestDeps): Promise<Start | undefined> {
  const { inbox, executions, now } = deps;
  const { folder, content, execution, kind, at } = one;
  const sessionId = sessionIdOf(executions.arnOf(execution, kind));
  const startedAt = now();
  const input = await inputOf(order, { folder, sessionId }, deps);
  if ((await executions.start(execution, input, kind)) === undefined) return undefined;
  const start = { content, execution, startedAt, manifestAt: at, files: [...order.files] };
  await noteStart(folder, start, { inbox, before: await startsOf(folder, inbox) });
  return start;
}

/** A manifest under a name that is not looked at, unless there is one under the right name. */
async function reportMiss(key: string, missed: NearMiss, deps: StartFromManifestDeps): Promise<Outcome> {
  const { inbox, now } = deps;
  const { folder, report, problems } = missed;
  const isInbox = /^inbox\/./s.test(folder);
  if (isInbox && (await inbox.find(folder + manifestName))) return { verdict: 'none' };
  const told = { manifest: key, versionId: '', at: now(), problems: listed(problems) };
  await tell(told, deps);
  await inbox.write(report, told);
  return { verdict: 'refused', problems: problems.length };
}

const tell = (report: object, { bus, bucket }: StartFromManifestDeps) =>
  bus.put(eventTypes.manifestRejected, { schema: 1, bucket, ...report });

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

function listed(problems: readonly Problem[]): Problem[] {
  const first = problems
    .slice(0, mostProblems)
    .map(({ where, message }) => ({ where: where.slice(0, 200), message: message.slice(0, 500) }));
  const others = problems.length - first.length;
  return others > 0 ? [...first, { where: manifestName, message: `has ${others} more problems` }] : first;
}
