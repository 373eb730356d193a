import { writeFileSync } from 'node:fs';
import { openApiDocument } from './document.ts';

// npm run openapi: brings docs/openapi.json up to what the contract says now.
const file = new URL('../../../docs/openapi.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(openApiDocument(), null, 2)}\n`);
