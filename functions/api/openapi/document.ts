import * as z from 'zod';
import { keyOf, type RouteSpec } from '../../runtime/spec.ts';
import { accountAnswer } from '../contract/account.ts';
import * as music from '../contract/music.ts';
import * as personas from '../contract/persona.ts';
import { problemAnswer } from '../contract/problem.ts';
import * as sessions from '../contract/session.ts';
import { timelineAnswer } from '../contract/timeline.ts';
import * as tracks from '../contract/track.ts';
import { pathIds } from '../request.ts';
import { routes } from '../routes.ts';

/** What a schema of the contract is called in the document. */
const named = z.registry<{ id: string }>();
named.add(sessions.createSessionBody, { id: 'NewSession' });
named.add(tracks.addFilesBody, { id: 'MoreFiles' });
named.add(tracks.replaceTrackBody, { id: 'DeclaredFile' });
named.add(sessions.resumeBody, { id: 'Resume' });
named.add(sessions.decideBody, { id: 'Decision' });
named.add(tracks.uploadAnswer, { id: 'Upload' });
named.add(sessions.createdSessionAnswer, { id: 'CreatedSession' });
named.add(tracks.signUploadsBody, { id: 'WantedUploads' });
named.add(tracks.signedUploadsAnswer, { id: 'SignedUploads' });
named.add(tracks.failureAnswer, { id: 'Failure' });
named.add(tracks.trackAnswer, { id: 'Track' });
named.add(sessions.sessionAnswer, { id: 'Session' });
named.add(sessions.sessionPageAnswer, { id: 'SessionPage' });
named.add(sessions.deletionAnswer, { id: 'Deletion' });
named.add(sessions.sessionListAnswer, { id: 'SessionList' });
named.add(timelineAnswer, { id: 'Timeline' });
named.add(music.createGenerationBody, { id: 'NewMusic' });
named.add(music.createdGenerationAnswer, { id: 'CreatedMusic' });
named.add(music.generationAnswer, { id: 'Music' });
named.add(music.modelListAnswer, { id: 'ModelList' });
named.add(personas.createPersonaBody, { id: 'NewPersona' });
named.add(personas.personaAnswer, { id: 'Persona' });
named.add(personas.personaListAnswer, { id: 'PersonaList' });
named.add(accountAnswer, { id: 'Account' });
named.add(problemAnswer, { id: 'Problem' });

/** @throws Error naming `where` for a schema that has no name here: a reference to it would lead nowhere */
function schemaRef(schema: z.ZodType, where: string): { $ref: string } {
  const name = named.get(schema)?.id;
  if (name !== undefined) return { $ref: `#/components/schemas/${name}` };
  throw new Error(`${where} has no name. Give it one in functions/api/openapi/document.ts.`);
}

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** JSON Schema 2020-12, as OpenAPI 3.1 has it; without the bounds that only say what a JavaScript number holds. */
const conversion = {
  // What is taken, and the least that an answer holds: a client has to bear a field that is added later.
  io: 'input',
  uri: (id: string) => `#/components/schemas/${id}`,
  override: ({ jsonSchema }: { jsonSchema: JsonSchema }) => {
    if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  },
} as const;

function schemas(): Record<string, JsonSchema> {
  const converted = z.toJSONSchema(named, conversion).schemas;
  return Object.fromEntries(
    Object.entries(converted).map(([id, { $schema: _dialect, $id: _id, ...schema }]) => [id, schema]),
  );
}

const content = (schema: object, type = 'application/json') => ({ content: { [type]: { schema } } });
const problem = (description: string) => ({
  description,
  ...content(schemaRef(problemAnswer, 'The schema of a problem'), 'application/problem+json'),
});
const ofApiGateway = (description: string) => ({
  description,
  ...content({ type: 'object', properties: { message: { type: 'string' } }, required: ['message'] }),
});
const retryAfter = {
  'retry-after': { description: 'Seconds after which to ask again.', schema: { type: 'integer' } },
};
const responses = {
  Unusable: problem('The request cannot be used; `problems` names every field that is wrong, and why.'),
  Unauthorized: ofApiGateway('There is no token, or it is not accepted. Answered by API Gateway itself.'),
  Forbidden: problem('The token has no `sub`.'),
  NotFound: problem('There is no such session, or it belongs to another user.'),
  Conflict: problem(
    'Not allowed in the current state of the session, or the same request is in progress; `detail` says which.',
  ),
  TooFewCredits: problem('The account at the provider has too few credits; nothing was taken.'),
  Unprocessable: problem(
    'The `Idempotency-Key` was sent before with another request; or the provider refused a persona, in its own words. Nothing was taken.',
  ),
  NoAccess: problem('The provider does not accept our key; nothing was taken.'),
  TooLarge: problem('The body has more than 256 KiB.'),
  NotJson: problem('The body is not declared as `application/json`.'),
  TooManyRequests: ofApiGateway('The stage is throttled. Answered by API Gateway itself.'),
  Broken: problem('Something broke on our side.'),
  Busy: { ...problem('A service behind this one is busy.'), headers: retryAfter },
};
const response = (name: keyof typeof responses) => ({ $ref: `#/components/responses/${name}` });

const idempotencyKeyParameter = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'Any text of your own, a UUID, say. The same request with the same key, within 24 hours of the response, does nothing a second time and is answered alike.',
  schema: { type: 'string', minLength: 1, maxLength: 128 },
};

function parametersOf({ path, query, idempotencyKey }: RouteSpec): object[] {
  const inPath = Object.entries(z.toJSONSchema(pathIds, conversion).properties ?? {})
    .filter(([name]) => path.includes(`{${name}}`))
    .map(([name, schema]) => ({ name, in: 'path', required: true, schema }));
  const inQuery = Object.entries(query ? (z.toJSONSchema(query, conversion).properties ?? {}) : {});
  const inHeader = idempotencyKey ? [idempotencyKeyParameter] : [];
  return [...inPath, ...inHeader, ...inQuery.map(([name, schema]) => ({ name, in: 'query', schema }))];
}

function operationOf(route: RouteSpec): object {
  const {
    path,
    summary,
    description,
    body,
    answer,
    mayConflict,
    mayFindNothing,
    callsProvider,
    idempotencyKey,
  } = route;
  const schemaOf = (what: string) => `${route.method} ${path}: the schema of its ${what}`;
  const parameters = parametersOf(route);
  const success = {
    description: answer.description,
    ...(answer.retryAfter !== undefined ? { headers: retryAfter } : {}),
    ...(answer.schema ? content(schemaRef(answer.schema, schemaOf('answer'))) : {}),
  };
  return {
    operationId: keyOf(route),
    summary,
    description,
    tags: ['sessions'],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body
      ? { requestBody: { required: !body.optional, ...content(schemaRef(body.schema, schemaOf('body'))) } }
      : {}),
    responses: {
      ...(answer.ok === undefined ? {} : { 200: { ...success, description: answer.ok } }),
      ...(answer.goesOn === undefined
        ? {}
        : {
            202: {
              description: answer.goesOn.description,
              headers: retryAfter,
              ...content(schemaRef(answer.goesOn.schema, schemaOf('answer'))),
            },
          }),
      [answer.status]: success,
      400: response('Unusable'),
      401: response('Unauthorized'),
      403: response('Forbidden'),
      ...(path.includes('{id}') || mayFindNothing ? { 404: response('NotFound') } : {}),
      ...(mayConflict ? { 409: response('Conflict') } : {}),
      ...(body ? { 413: response('TooLarge'), 415: response('NotJson') } : {}),
      ...(callsProvider ? { 402: response('TooFewCredits'), 502: response('NoAccess') } : {}),
      ...(idempotencyKey ? { 422: response('Unprocessable') } : {}),
      429: response('TooManyRequests'),
      500: response('Broken'),
      503: response('Busy'),
    },
  };
}

const aboutItself = {
  operationId: 'getOpenApi',
  summary: 'This document',
  description: 'Asks for no token.',
  tags: ['about'],
  security: [],
  responses: {
    200: { description: 'The document.', ...content({ type: 'object' }) },
    429: response('TooManyRequests'),
  },
};

/** The whole API as an OpenAPI 3.1 document, made from the schemas that the routes parse by. @throws Error naming a route whose schema has no name */
export function openApiDocument(of: readonly RouteSpec[] = routes) {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of of) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(route) };
  }
  paths['/openapi.json'] = { get: aboutItself };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Chirpsmith',
      version: '1.0.0',
      description: 'From the audio of a session to a custom music model.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    // Wherever the document was fetched from.
    servers: [{ url: '/' }],
    security: [{ token: [] }],
    tags: [
      { name: 'sessions', description: 'From audio to a model.' },
      { name: 'about', description: 'The API itself.' },
    ],
    paths,
    components: {
      schemas: schemas(),
      responses,
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'Of the configured issuer, for the configured audience.',
        },
      },
    },
  };
}
