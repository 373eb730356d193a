import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildApp } from './chirpsmith-app.ts';
import { readConfig } from './config.ts';
import { permissionsOf, permissionTables, withPermissions } from './permissions.ts';

// npm run permissions: brings docs/security.md up to what the template lets each role do now.
const config = readConfig({ context: (name) => (name === 'stage' ? 'local' : undefined), environment: {} });
const outdir = mkdtempSync(join(tmpdir(), 'chirpsmith-permissions-'));
const page = new URL('../docs/security.md', import.meta.url);
try {
  const app = buildApp(config, { outdir, context: { 'aws:cdk:bundling-stacks': [] } });
  const before = readFileSync(page, 'utf8');
  const after = withPermissions(before, permissionTables(permissionsOf(app)));
  if (after !== before) {
    writeFileSync(page, after);
    console.log('docs/security.md: permissions written anew');
  }
} finally {
  rmSync(outdir, { recursive: true, force: true });
}
