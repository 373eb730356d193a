import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { approveSession } from '../../cli/approve-session.ts';
import { parseGenerateArguments } from '../../cli/arguments/generate-arguments.ts';
import { parsePersonaArguments } from '../../cli/arguments/persona-arguments.ts';
import * as given from '../../cli/arguments/session-arguments.ts';
import { parseTrainArguments } from '../../cli/arguments/train-arguments.ts';
import { parseUploadArguments } from '../../cli/arguments/upload-arguments.ts';
import { uploadHelp } from '../../cli/batch-help.ts';
import { cancelSession } from '../../cli/cancel-session.ts';
import { type Place, perform } from '../../cli/command.ts';
import { decideSession } from '../../cli/decide-session.ts';
import { deleteSession } from '../../cli/delete-session.ts';
import { generateMusic } from '../../cli/generate-music.ts';
import * as help from '../../cli/help.ts';
import * as musicHelp from '../../cli/help-music.ts';
import { listPersonas } from '../../cli/list-personas.ts';
import { listSessions } from '../../cli/list-sessions.ts';
import { makePersona } from '../../cli/make-persona.ts';
import { replaceTrack } from '../../cli/replace-track.ts';
import { resumeSession } from '../../cli/resume-session.ts';
import { showStatus } from '../../cli/show-status.ts';
import { signOutOfStage } from '../../cli/sign-out-of-stage.ts';
import { trainModel } from '../../cli/train-model.ts';
import { uploadBatch } from '../../cli/upload-batch.ts';

const cli = fileURLToPath(new URL('../../cli/', import.meta.url));

/** Each as its entry file hands it to the process. */
const commands = {
  train: (place: Place) =>
    perform({ help: help.trainHelp, parse: parseTrainArguments, run: trainModel }, place),
  upload: (place: Place) =>
    perform({ help: uploadHelp, parse: parseUploadArguments, run: uploadBatch }, place),
  sessions: (place: Place) =>
    perform({ help: help.sessionsHelp, parse: given.parseSessionsArguments, run: listSessions }, place),
  status: (place: Place) =>
    perform({ help: help.statusHelp, parse: given.parseStatusArguments, run: showStatus }, place),
  resume: (place: Place) =>
    perform({ help: help.resumeHelp, parse: given.parseResumeArguments, run: resumeSession }, place),
  cancel: (place: Place) =>
    perform({ help: help.cancelHelp, parse: given.parseCancelArguments, run: cancelSession }, place),
  approve: (place: Place) =>
    perform({ help: help.approveHelp, parse: given.parseApproveArguments, run: approveSession }, place),
  decide: (place: Place) =>
    perform({ help: help.decideHelp, parse: given.parseDecideArguments, run: decideSession }, place),
  delete: (place: Place) =>
    perform({ help: help.deleteHelp, parse: given.parseDeleteArguments, run: deleteSession }, place),
  replace: (place: Place) =>
    perform({ help: help.replaceHelp, parse: given.parseReplaceArguments, run: replaceTrack }, place),
  generate: (place: Place) =>
    perform({ help: musicHelp.generateHelp, parse: parseGenerateArguments, run: generateMusic }, place),
  persona: (place: Place) =>
    perform({ help: musicHelp.personaHelp, parse: parsePersonaArguments, run: makePersona }, place),
  personas: (place: Place) =>
    perform({ help: musicHelp.personasHelp, parse: given.parseModelsArguments, run: listPersonas }, place),
  'sign-out': (place: Place) =>
    perform({ help: help.signOutHelp, parse: given.parseSessionsArguments, run: signOutOfStage }, place),
};

export type CommandName = keyof typeof commands;
export const commandNames = Object.keys(commands).filter((name): name is CommandName => name in commands);

/**
 * How a command ended. The home of a test is in each command that is printed; it is left out here, but where a test
 * looks for it in `printed`.
 */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as it was printed. */
  readonly printed: string;
  /** What the person at the terminal was asked. */
  readonly questions: readonly string[];
}

/** Runs a command here, in this process, as its entry file does in one of its own. */
export async function run(
  command: CommandName,
  args: readonly string[],
  options: {
    home: string;
    env?: NodeJS.ProcessEnv;
    /** What a person at the terminal says to every question; without it nobody sits there. */
    answer?: boolean;
    /** What the person types when asked for words, one after the other. */
    words?: readonly string[];
    parentIsGone?: () => boolean;
    /** Sees the output as it comes. */
    told?: (text: string) => void;
  },
): Promise<Ended> {
  const { answer, words } = options;
  const typed = [...(words ?? [])];
  let stdout = '';
  let stderr = '';
  const questions: string[] = [];
  const output = new PassThrough();
  output.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    options.told?.(text);
  });
  const code = await commands[command]({
    argv: args,
    env: { PATH: process.env.PATH, CHIRPSMITH_HOME: options.home, ...options.env },
    stdout: output,
    stderr: {
      write(text) {
        stderr += text;
        return true;
      },
    },
    interruption: () => new AbortController().signal,
    parentIsGone: options.parentIsGone ?? (() => false),
    confirm:
      answer === undefined
        ? undefined
        : async (question) => {
            questions.push(question);
            return answer;
          },
    prompt:
      words === undefined
        ? undefined
        : async (question, hidden) => {
            questions.push(hidden ? `${question} (hidden)` : question);
            return typed.shift() ?? '';
          },
  });
  output.end();
  if (!output.readableEnded) await new Promise((done) => output.once('end', done));
  return { code, ...withoutHome(options.home, stdout, stderr), questions };
}

/**
 * Runs a command as a user does, in a process of its own, without a terminal: only for what a process adds,
 * signals and streams. `watch` sees its output as it comes.
 */
export function spawned(
  command: CommandName,
  args: readonly string[],
  options: {
    home: string;
    env?: NodeJS.ProcessEnv;
    cwd?: string;
    watch?: (child: ChildProcess, output: string) => void;
  },
): Promise<Omit<Ended, 'questions'>> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(cli, `${command}.ts`), ...args], {
      cwd: options.cwd ?? options.home,
      env: {
        PATH: process.env.PATH,
        CHIRPSMITH_HOME: options.home,
        // Compiled once for all runs: half of a command's start.
        NODE_COMPILE_CACHE: join(tmpdir(), 'chirpsmith-compile-cache'),
        ...options.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      options.watch?.(child, stdout);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...withoutHome(options.home, stdout, stderr) }));
  });
}

function withoutHome(home: string, stdout: string, stderr: string) {
  const without = (text: string) => text.replaceAll(`CHIRPSMITH_HOME=${home} npm`, 'npm');
  return { stdout: without(stdout), stderr: without(stderr), printed: stdout };
}

/** Every line of standard output, each of which must be JSON. */
export function events({ stdout }: Pick<Ended, 'stdout'>): { event: string; [field: string]: unknown }[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'chirpsmith-cli-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
