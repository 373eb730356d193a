import { expect, test } from 'vitest';
import { parseStartArguments, parseStopArguments } from '../../local/arguments.ts';

test('without flags: port 4700, at the speed that suits the provider, for a person', () => {
  expect(parseStartArguments([])).toEqual({
    help: false,
    json: false,
    port: 4700,
    speed: undefined,
    home: undefined,
    idleExit: undefined,
  });
});

test('every flag is read', () => {
  expect(
    parseStartArguments(['--json', '--port', '0', '--speed=1.5', '--home', 'x', '--idle-exit', '30']),
  ).toEqual({ help: false, json: true, port: 0, speed: 1.5, home: 'x', idleExit: 30 });
});

test.each([
  [['--prot', '1'], '--prot'],
  [['--port', 'x'], '--port'],
  [['--port', '65535'], '--port'],
  [['--port', '1.5'], '--port'],
  [['--port', ''], '--port'],
  [['--speed', '0'], '--speed'],
  [['--speed', 'fast'], '--speed'],
  [['--idle-exit', '0'], '--idle-exit'],
  [['folder'], 'folder'],
])('%j is refused by name', (args, name) => {
  expect(() => parseStartArguments(args)).toThrow(name);
});

test('stop takes a home and nothing else', () => {
  expect(parseStopArguments(['--home', 'x'])).toEqual({ help: false, home: 'x' });
  expect(() => parseStopArguments(['--port', '1'])).toThrow('--port');
});
