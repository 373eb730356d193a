import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { openExecutionStore } from '../../../../packages/local-aws/step-functions/execution-store.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const record = {
  sequence: 1,
  executionArn: 'arn:execution',
  stateMachineArn: 'arn:machine',
  name: 'run',
  status: 'RUNNING' as const,
  startDate: 0,
  input: '{}',
};
const event = { id: 1, previousEventId: 0, type: 'ExecutionStarted', timestamp: 0 };

function opened() {
  const directory = path.join(mkdtempSync(path.join(tmpdir(), 'chirpsmith-store-')), 'executions');
  onTestFinished(() => rmSync(path.dirname(directory), { recursive: true, force: true }));
  return { directory, store: openExecutionStore(directory) };
}

test('events are on disk after a tenth of a second', () => {
  const { directory, store } = opened();
  store.append(record, event);
  vi.advanceTimersByTime(100);
  expect(readFileSync(path.join(directory, '00000001.jsonl'), 'utf8')).toBe(`${JSON.stringify(event)}\n`);
  store.close();
});

test('a store whose folder was deleted writes no more events, throws nothing by its timer, and closes', () => {
  const { directory, store } = opened();
  store.append(record, event);
  rmSync(directory, { recursive: true });
  expect(() => vi.advanceTimersByTime(1000)).not.toThrow();
  expect(vi.getTimerCount()).toBe(0);
  store.append(record, event);
  expect(() => store.close()).not.toThrow();
  expect(existsSync(directory)).toBe(false);
});

test('a store whose folder was deleted writes no record, so that an execution can end there without an error', () => {
  const { directory, store } = opened();
  store.save(record);
  rmSync(directory, { recursive: true });
  expect(() => store.save({ ...record, status: 'SUCCEEDED' })).not.toThrow();
  expect(existsSync(directory)).toBe(false);
  store.close();
});

test('a record that cannot be written for another reason is an error', () => {
  const { directory, store } = opened();
  mkdirSync(path.join(directory, '00000001.json.new'));
  expect(() => store.save(record)).toThrow(/EISDIR/);
  store.close();
});
