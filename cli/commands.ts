import type { Command } from './command-line/define-command.ts';
import { approve } from './commands/approve.ts';
import { cancel } from './commands/cancel.ts';
import { completion } from './commands/completion.ts';
import { decide } from './commands/decide.ts';
import { deleteCommand } from './commands/delete.ts';
import { deploy } from './commands/deploy.ts';
import { destroy } from './commands/destroy.ts';
import { doctor } from './commands/doctor.ts';
import { generate } from './commands/generate.ts';
import { models } from './commands/models.ts';
import { openCommand } from './commands/open.ts';
import { persona } from './commands/persona.ts';
import { personas } from './commands/personas.ts';
import { replace } from './commands/replace.ts';
import { report } from './commands/report.ts';
import { resume } from './commands/resume.ts';
import { sessions } from './commands/sessions.ts';
import { signOut } from './commands/sign-out.ts';
import { smoke } from './commands/smoke.ts';
import { start } from './commands/start.ts';
import { status } from './commands/status.ts';
import { stop } from './commands/stop.ts';
import { train } from './commands/train.ts';
import { upload } from './commands/upload.ts';

/** The table of commands, in the order of the help and of docs/command-line.md. */
export const groups: Readonly<Record<string, readonly Command[]>> = {
  'Models and music': [train, generate, persona, upload, models, personas],
  Sessions: [sessions, status, openCommand, report, resume, cancel, approve, decide, replace, deleteCommand],
  'This machine': [doctor, start, stop, completion],
  'A stage in AWS': [deploy, destroy, signOut, smoke],
};

export const commands: readonly Command[] = Object.values(groups).flat();
