import * as z from 'zod';
import { type ErrorName, isErrorName } from './errors.ts';

/** An error as Step Functions hands it to a catcher. */
export const machineErrorSchema = z.object({ Error: z.string(), Cause: z.string().optional() });

export type MachineError = z.infer<typeof machineErrorSchema>;

const lambdaCause = z.object({ errorMessage: z.string() });

/** Our name for an error of the machine, and its words for a person. */
export function readMachineError(error: MachineError): { name: ErrorName; reason: string } {
  const reason = reasonOf(error);
  if (isErrorName(error.Error)) return { name: error.Error, reason };
  // A machine that may not invoke a function gets one error name from Lambda for every kind of refusal.
  return { name: /is not authorized to perform/.test(reason) ? 'AccessDenied' : 'Unexpected', reason };
}

/** Lambda's cause is JSON with the message in it; the service's own errors are plain words. */
function reasonOf({ Error: name, Cause = '' }: MachineError): string {
  try {
    const cause = lambdaCause.safeParse(JSON.parse(Cause));
    if (cause.success) return cause.data.errorMessage;
  } catch {
    // Plain words.
  }
  return isErrorName(name) ? Cause || name : `${name}: ${Cause || 'no cause was given'}`;
}
