import { readFileSync } from 'node:fs';
import path from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { expect, it, vi } from 'vitest';
import { addBundles, BundledCode } from '../../infra/constructs/bundled-code.ts';
import { temporaryFolder } from '../cli/run-command.ts';

it('code that was begun before its App is waited for once, and deployed', async () => {
  const outdir = await temporaryFolder();
  const app = new App({ outdir, analyticsReporting: false });
  const stack = new Stack(app, 'Functions');
  const files = new Map([['index.mjs', Buffer.from('made before')]]);
  const wait = vi.fn(() => new Map([['api/openapi', { files, modules: new Map<string, number>() }]]));
  const places = ['One', 'Two'].map((id) => new BundledCode('api/openapi').bind(new Construct(stack, id)));
  expect(wait).not.toHaveBeenCalled();
  addBundles(app, wait);
  const [first, second]: (string | undefined)[] = places.map(({ s3Location }) =>
    stack.resolve(s3Location?.objectKey),
  );
  expect(wait).toHaveBeenCalledOnce();
  expect(first).toBe(second);
  const code = path.join(outdir, `asset.${path.parse(first ?? '').name}`, 'index.mjs');
  expect(readFileSync(code, 'utf8')).toBe('made before');
});
