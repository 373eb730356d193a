import { type RouteSpec, routeKey } from '../runtime/spec.ts';
import { route as addFiles } from './add-files/route.ts';
import { route as approveSession } from './approve-session/route.ts';
import { route as cancelSession } from './cancel-session/route.ts';
import { route as createGeneration } from './create-generation/route.ts';
import { route as createPersona } from './create-persona/route.ts';
import { route as createSession } from './create-session/route.ts';
import { route as decideSession } from './decide-session/route.ts';
import { route as deleteSession } from './delete-session/route.ts';
import { route as getAccount } from './get-account/route.ts';
import { route as getGeneration } from './get-generation/route.ts';
import { route as getSession } from './get-session/route.ts';
import { route as getTimeline } from './get-timeline/route.ts';
import { route as listGenerations } from './list-generations/route.ts';
import { route as listModels } from './list-models/route.ts';
import { route as listPersonas } from './list-personas/route.ts';
import { route as listSessions } from './list-sessions/route.ts';
import { route as replaceTrack } from './replace-track/route.ts';
import { route as resumeSession } from './resume-session/route.ts';
import { route as signUploads } from './sign-uploads/route.ts';
import { route as startSession } from './start-session/route.ts';

/** Every route, in the order of the OpenAPI document; the template makes a function of each. */
export const routes: readonly RouteSpec[] = [
  createSession,
  listSessions,
  getSession,
  getTimeline,
  deleteSession,
  addFiles,
  signUploads,
  startSession,
  resumeSession,
  approveSession,
  decideSession,
  cancelSession,
  replaceTrack,
  createGeneration,
  listGenerations,
  getGeneration,
  createPersona,
  listPersonas,
  listModels,
  getAccount,
];

/**
 * The route of a key: `GET /sessions/{id}`.
 * @throws Error when there is none
 */
export function routeOf(key: string): RouteSpec {
  const route = routes.find((spec) => routeKey(spec) === key);
  if (route) return route;
  throw new Error(`There is no route ${key}.`);
}
