import { writeFile } from 'node:fs/promises';
import { reportFile } from '../web/build/page-files.ts';
import type { CommandContext } from './command.ts';
import type { ReportArguments } from './commands/report.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { UsageError } from './usage-error.ts';
import { withSession } from './with-session.ts';

/**
 * Writes one session into one HTML file: the view of the page, with its data inside.
 * @throws UsageError where there is such a file already, ApiRefusal, ApiUnreachable, or the error of the file system
 */
export async function reportSession(args: ReportArguments, context: CommandContext): Promise<ExitCode> {
  const options = { quiet: true, spends: false };
  return withSession(args.session, context, options, async (session, { client }) => {
    const { sessionId } = session;
    const timeline = await client.getTimeline(sessionId);
    const file = args.out ?? `chirpsmith-${sessionId.slice(0, 8)}.html`;
    const html = await reportFile({ session, timeline, madeAt: new Date().toISOString() });
    await writeNew(file, html);
    const size = Buffer.byteLength(html);
    context.display.emit({ event: 'report.written', sessionId, file, size });
    return exitCodes.done;
  });
}

/** A file that is there stays as it is. */
async function writeNew(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    throw new UsageError('The report was not written.', [
      {
        where: file,
        message: 'There is such a file already: remove it, or name another one with --out FILE.',
      },
    ]);
  }
}
