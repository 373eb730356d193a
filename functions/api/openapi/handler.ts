import document from '../../../docs/openapi.json' with { type: 'json' };

const body = JSON.stringify(document);

/** `GET /openapi.json`: what the API is, for anybody. As it is written in the docs, which a test holds to the specs. */
export const handler = async () => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' },
  body,
});
