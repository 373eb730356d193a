import { vi } from 'vitest';
import { runDoctor } from '../../../cli/doctor/run-doctor.ts';
import type { DoctorWorld } from '../../../cli/doctor/world.ts';
import type { CliEvent } from '../../../cli/events.ts';
import { targetOf } from '../../../cli/stage-target.ts';

export const noon = Date.parse('2026-11-27T12:00:00Z');
export const home = '/home/anna/.chirpsmith';
export const key = 'sk-3ecret-of-the-provider';
export const provider = { PROVIDER_BASE_URL: 'https://api.example.com', PROVIDER_API_KEY: key };

const never = new AbortController().signal;
const missing = () => new Response('{"message":"no such task"}', { status: 404 });
const refused = () => new Response('{"message":"Invalid API key."}', { status: 401 });

/** A provider that accepts the key of these tests, and tells a balance. */
export const accepting: typeof fetch = async (input, init) => {
  const headers = new Headers(init?.headers);
  if (String(input).endsWith('/credits')) return Response.json({ credits: 1234 });
  return headers.get('authorization') === `Bearer ${key}` ? missing() : refused();
};

/** As Node's fetch fails: the reason is in the cause. */
export const failing =
  (code: string): typeof fetch =>
  async () => {
    throw new TypeError('fetch failed', { cause: Object.assign(new Error(), { code }) });
  };

/** A machine on which nothing is wrong. */
export function world(changes: Partial<DoctorWorld> = {}): DoctorWorld {
  const { env, ...rest } = changes;
  return {
    env: { CHIRPSMITH_HOME: home, ...env },
    platform: 'linux',
    nodeVersion: '24.21.0',
    fetch: accepting,
    now: () => noon,
    homeFacts: async () => ({ exists: true, free: 80e9, foreign: [] }),
    stackOf: () => undefined,
    readyInfo: () => undefined,
    portState: async () => 'free',
    holderOfPort: async () => undefined,
    ffmpeg: async () => '7.1',
    identity: async () => undefined,
    hasSharedAwsFiles: () => false,
    tryWay: async () => ({}),
    patience: { network: never, all: never },
    ...rest,
  };
}

/** The lines of the doctor by their names, and its exit code. */
export async function examined(
  { port, ...changes }: Partial<DoctorWorld> & { readonly port?: number } = {},
  stage?: string,
) {
  const events: CliEvent[] = [];
  const place = world(changes);
  const code = await runDoctor(
    { port },
    {
      display: { emit: (event) => void events.push(event), progress: vi.fn(), close: vi.fn() },
      env: place.env,
      signal: new AbortController().signal,
      target: targetOf((flag) => (flag === 'stage' ? stage : undefined), place.env).target,
    },
    place,
  );
  const checks = events.flatMap((event) => (event.event === 'doctor.checked' ? [event] : []));
  return { code, events, of: (name: string) => checks.find(({ check }) => check === name) };
}
