import { createHash } from 'node:crypto';
import * as z from 'zod';
import { sessionSchema } from '../domain/session.ts';
import { ChirpsmithError } from '../shared/errors.ts';

/**
 * Where a page ended: the session and its moment, which its owner knows already, and whose list it is. A
 * cursor that an owner makes up only begins the owner's own list elsewhere.
 */
export function encodePage({ pk, createdAt }: Record<string, unknown>, owner: string): string {
  const whose = createHash('sha256').update(owner).digest('base64url');
  return Buffer.from(JSON.stringify([pk, createdAt, whose])).toString('base64url');
}

/** @throws ChirpsmithError BadInput for a cursor that this owner was not given */
export function decodePage(cursor: string, owner: string): Record<string, string> {
  const page = pageSchema.safeParse(jsonIn(cursor));
  if (page.success) {
    const [pk, createdAt] = page.data;
    // The same bytes, or it was not made here.
    if (encodePage({ pk, createdAt }, owner) === cursor) return { pk, sk: 'SESSION', owner, createdAt };
  }
  throw new ChirpsmithError('BadInput', 'The page cannot be found.', {
    problems: [{ where: 'cursor', message: 'use the value of `next` that an earlier list gave you' }],
  });
}

const pageSchema = z.tuple([
  z.string().startsWith('SESSION#').max(256),
  sessionSchema.shape.createdAt,
  z.string(),
]);

function jsonIn(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}
