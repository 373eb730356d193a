import type { z } from 'zod';
import type { Outcome } from './model.ts';

/** An error in the sandbox's form; the provider documents none. */
export function refusal(statusCode: number, message: string, about: Outcome['about'] = {}): Outcome {
  return { status: statusCode, body: { statusCode, message }, about, credits: 0 };
}

/** The first complaint, with its field; a URL is never repeated in it. */
export function complaint(error: z.ZodError): string {
  const issue = error.issues[0];
  return `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'invalid'}`;
}
