import { writeFileSync } from 'node:fs';
import { enginePage } from './engine-page.ts';

// npm run engine: brings docs/local-engine.md up to what the loader accepts and refuses now.
writeFileSync(new URL('../../../docs/local-engine.md', import.meta.url), enginePage());
