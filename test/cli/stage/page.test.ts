import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inAccount } from './in-account.ts';

describe('the page of a stage', () => {
  const more = {
    PageUrl: 'https://d1.cloudfront.net',
    PageBucketName: 'page-bucket',
    PageClientId: 'page-client',
  };

  it('is put into its bucket after the deployment, for its own client, and its address is printed', async () => {
    const put: unknown[] = [];
    const { command } = await inAccount({
      more,
      aws: {
        async putPage(region, bucket, files) {
          put.push(region, bucket, Buffer.from(files.get('config.json')?.body ?? '').toString());
        },
      },
    });
    const { code, said } = await command('deploy', '--stage', 'prod');
    expect([code, put]).toEqual([0, ['eu-central-1', 'page-bucket', 'page-client']]);
    expect(said).toContain('The page, in a browser: https://d1.cloudfront.net');
  });

  it('that cannot be put there is reported as what is missing; the same command goes on', async () => {
    const putPage = () => Promise.reject(new Error('no network'));
    const { command } = await inAccount({ more, aws: { putPage } });
    const { code, said } = await command('deploy', '--stage', 'prod');
    expect(code).toBe(1);
    expect(said).toMatch(
      /Stage prod is deployed, but not its page\. The same command goes on with it\..*no network/s,
    );
  });

  it('goes with its bucket when the stage is removed; a bucket that cannot be deleted is named with the command', async () => {
    const { command, file } = await inAccount({ more });
    await command('deploy', '--stage', 'prod');
    expect((await command('destroy', '--stage', 'prod', '--yes')).said).not.toMatch(
      /files of the page stays/,
    );

    const deletePage = () => Promise.reject(new Error('Access Denied'));
    const other = await inAccount({ more, aws: { deletePage } });
    await other.command('deploy', '--stage', 'prod');
    const { said } = await other.command('destroy', '--stage', 'prod', '--yes');
    expect(said).toMatch(/files of the page stays: Access Denied.*aws s3 rb --force s3:\/\/page-bucket/s);
    expect(existsSync(file)).toBe(false);
  });
});
