import type { Assembly } from '../../packages/local-aws/assembly.ts';
import type { Access } from '../../packages/local-aws/iam.ts';

/** Notes the time of the last signed request. Requests of scheduled functions do not count. */
export function watchActivity(
  access: Access,
  { functions, rules }: Pick<Assembly, 'functions' | 'rules'>,
): { access: Access; touch(): void; idleFor(): number } {
  const schedules = rules.filter(({ everySeconds }) => everySeconds !== undefined);
  const scheduled = new Set(schedules.flatMap(({ targets }) => targets.map(({ arn }) => arn)));
  const unattended = new Set(
    functions
      .filter(({ arn }) => scheduled.has(arn))
      .map(({ roleArn }) => access.credentialsFor(roleArn).accessKeyId),
  );
  let last = performance.now();
  const touch = () => {
    last = performance.now();
  };
  return {
    access: {
      ...access,
      secretOf(accessKeyId) {
        if (!unattended.has(accessKeyId)) touch();
        return access.secretOf(accessKeyId);
      },
    },
    touch,
    idleFor: () => performance.now() - last,
  };
}
