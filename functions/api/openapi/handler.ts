import { openApiDocument } from './document.ts';

const body = JSON.stringify(openApiDocument());

/** `GET /openapi.json`: what the API is, for anybody. */
export const handler = async () => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' },
  body,
});
