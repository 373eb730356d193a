#!/usr/bin/env node
import { parsePersonaArguments } from './arguments/persona-arguments.ts';
import { runCommand } from './command.ts';
import { personaHelp } from './help-music.ts';
import { makePersona } from './make-persona.ts';

await runCommand({ help: personaHelp, parse: parsePersonaArguments, run: makePersona });
