import type { SessionAnswer } from '../functions/api/contract/session.ts';
import { filesPerRequest } from '../functions/api/contract/track.ts';
import type { CommandContext } from './command.ts';
import { withRights } from './confirm-rights.ts';
import type { ConnectedStack } from './connect.ts';
import { type Converter, openConverter } from './converter.ts';
import { counted } from './output/format.ts';
import { forgetFiles, type RememberedFile, recallFiles } from './remembered-files.ts';
import { findAgain, uploadRest } from './upload-rest.ts';

/**
 * Uploads what is left of a session whose upload was cut off on this machine. Of a batch, the files that it had not
 * come to are declared first.
 * @returns whether all of it is there now; otherwise the missing files are reported
 */
export async function uploadRemembered(
  session: SessionAnswer,
  args: { readonly rightsConfirmed: boolean },
  { client }: Pick<ConnectedStack, 'client'>,
  context: CommandContext,
): Promise<boolean> {
  const { sessionId } = session;
  const files = recallFiles(sessionId, context);
  if (files.length === 0) return true;
  const whole =
    session.kind === 'batch' ? await declareRest({ session, files, args }, client, context) : session;
  let converter: Converter | undefined;
  const convert: Converter['convert'] = async (...how) => {
    converter ??= await openConverter(context);
    return converter.convert(...how);
  };
  try {
    if (!(await uploadRest(whole, findAgain(files, convert), client, context))) return false;
  } finally {
    await converter?.[Symbol.asyncDispose]();
  }
  forgetFiles(sessionId, context);
  return true;
}

async function declareRest(
  {
    session,
    files,
    args,
  }: {
    session: SessionAnswer;
    files: readonly RememberedFile[];
    args: { readonly rightsConfirmed: boolean };
  },
  client: ConnectedStack['client'],
  context: CommandContext,
): Promise<SessionAnswer> {
  const { sessionId, tracks } = session;
  if (tracks.length >= files.length) return session;
  // In the slices in which they were declared before: one that was cut off is declared once more.
  const declared = tracks.length - (tracks.length % filesPerRequest);
  // The answer that the session has was given for all of these files, before the first of them was declared.
  let rightsConfirmed = args.rightsConfirmed || session.rights !== undefined;
  for (let from = declared; from < files.length; from += filesPerRequest) {
    const slice = files.slice(from, from + filesPerRequest);
    const bodies = slice.map(({ name, size, sha256 }) => ({ name, size, sha256 }));
    const { words } = await withRights(
      counted(files.length, 'file'),
      (rights) => client.addFiles(sessionId, from, bodies, rights),
      { rightsConfirmed },
      context,
    );
    rightsConfirmed = words.rights === true;
  }
  return (await client.getSession(sessionId)).session;
}
