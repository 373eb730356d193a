import { machineOf } from '../harness/machine.ts';
import type { Snapshot } from './snapshot.ts';

/** Events after which Step Functions ends an execution (documented). */
const historyQuota = 25_000;

/** Every run ends by itself, within its machine's deadline and the service's limits. */
export async function everyRunEnds(
  world: Snapshot['world'],
  session?: Pick<Snapshot['session'], 'runs' | 'startedBy'>,
): Promise<string[]> {
  const { definition } = await machineOf(world.machine);
  const deadline = Number('TimeoutSeconds' in definition ? definition.TimeoutSeconds : 0);
  const runs = await world.history();
  const broken = runs.flatMap(({ name, status, seconds, events }) => [
    ...(['SUCCEEDED', 'FAILED', 'ABORTED'].includes(status) ? [] : [`run ${name} is ${status}`]),
    ...(status === 'RUNNING' || seconds <= deadline ? [] : [`run ${name} took ${seconds} s`]),
    ...(events < historyQuota ? [] : [`run ${name} has ${events} events`]),
  ]);
  // One that is started with its input may end before it has said so in the record that it writes.
  const ownRuns = session && session.runs + (session.startedBy === 'api' ? 0 : 1);
  if (session && runs.length > (ownRuns ?? 0))
    broken.push(`${runs.length} executions for ${session.runs} runs`);
  return [...broken, ...world.overlong];
}
