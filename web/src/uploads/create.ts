import { type Signal, useSignal } from '@preact/signals';
import type { CreatedSessionAnswer } from '../../../functions/api/contract/session.ts';
import { ask, Refusal } from '../api.ts';
import type { ChosenFile } from '../files/chosen-files.ts';
import { linkTo } from '../router.ts';
import { SignedOut } from '../sign-in.ts';
import { forgetSession, type RememberedFile, rememberSession } from './remembered.ts';
import { handOver } from './sending.ts';

/** Most files that one request declares. */
const filesPerRequest = 200;

interface NewSession {
  readonly kind: 'train' | 'batch';
  readonly name: string;
  readonly isReviewed: boolean;
  readonly hasRights: boolean;
  readonly files: readonly ChosenFile[];
}

/** Makes a session of chosen files, remembers what is to be sent, and goes to its view, which sends it. */
export function useCreate(): {
  readonly isUnderWay: Signal<boolean>;
  readonly problem: Signal<string>;
  run(session: NewSession): Promise<boolean>;
} {
  const isUnderWay = useSignal(false);
  const problem = useSignal('');
  const key = useSignal(crypto.randomUUID());
  return {
    isUnderWay,
    problem,
    async run(session) {
      isUnderWay.value = true;
      problem.value = '';
      try {
        await create(session, key.value);
        key.value = crypto.randomUUID();
        return true;
      } catch (error) {
        if (error instanceof Refusal) {
          key.value = crypto.randomUUID();
          problem.value = [
            error.message,
            ...error.problems.map(({ where, message }) => `${where} ${message}.`),
          ].join(' ');
        } else if (error instanceof SignedOut) {
          problem.value = 'Your sign-in ended: sign in, and start once more.';
        } else {
          problem.value = 'No answer came. Start it again: it is made once.';
        }
        return false;
      } finally {
        isUnderWay.value = false;
      }
    },
  };
}

async function create({ kind, name, isReviewed, hasRights, files }: NewSession, key: string): Promise<void> {
  const remembered = files.map(
    ({ name: file, file: { size }, sha256 = '', parts, handle }): RememberedFile => ({
      name: file,
      size,
      sha256,
      ...(parts === undefined || parts.length < 2 ? {} : { parts }),
      ...(handle === undefined ? {} : { handle }),
    }),
  );
  const body = {
    name: name.trim(),
    files: remembered
      .slice(0, filesPerRequest)
      .map(({ name: file, size, sha256 }) => ({ name: file, size, sha256 })),
    ...(kind === 'batch' ? { kind, content: await contentOf(remembered) } : {}),
    ...(kind === 'train' && isReviewed ? { review: true } : {}),
    ...(hasRights ? { rights: true } : {}),
  };
  const { sessionId, existing, status } = (
    await ask<CreatedSessionAnswer>('POST', '/sessions', { body, key })
  ).body;
  if (existing === undefined || status === 'open') {
    await rememberSession({
      sessionId,
      kind,
      files: remembered,
      starts: true,
      rights: hasRights,
      startKey: crypto.randomUUID(),
    });
    handOver(sessionId, new Map(files.map(({ sha256 = '', file }) => [sha256, file])));
  } else await forgetSession(sessionId);
  location.hash = linkTo.session(sessionId);
}

/** What all the files of a batch are, as the API has it. */
async function contentOf(files: readonly RememberedFile[]): Promise<string> {
  const text = [...new Set(files.map(({ sha256 }) => sha256))].sort().join('\n');
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
