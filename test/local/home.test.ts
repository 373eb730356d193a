import { homedir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { chosenHome, homeDirectory, pathSettings } from '../../local/home.ts';

const home = (value: string) => homeDirectory({ CHIRPSMITH_HOME: value });

describe('CHIRPSMITH_HOME', () => {
  it('is in the project when it is not set, or set to nothing', () => {
    const project = path.resolve('.chirpsmith');
    expect(homeDirectory({})).toBe(project);
    expect(home('')).toBe(project);
  });

  it('is the absolute path that it holds, without detours', () => {
    expect(home('/srv/a/../home/')).toBe(path.resolve('/srv/home'));
  });

  it('begins at the user’s home directory where it begins with a ~ that no shell expanded', () => {
    expect(home('~')).toBe(homedir());
    expect(home('~/chirp smith')).toBe(path.join(homedir(), 'chirp smith'));
    expect(chosenHome('~/x', {})).toEqual({ name: '--home', path: path.join(homedir(), 'x') });
  });

  it("is refused as another user's home, which only a shell can resolve", () => {
    for (const use of [() => home('~ann/x'), () => chosenHome('~ann/x', {})]) {
      expect(use).toThrow('~ann/x begins with a ~ that only a shell can expand; give the whole path.');
    }
  });

  it('is refused as a relative path, and the advice that it gives works', () => {
    const advice = /CHIRPSMITH_HOME="([^"]+)"/;
    let message = '';
    try {
      home('data/home');
    } catch (error) {
      message = String(error);
    }
    expect(message).toContain('CHIRPSMITH_HOME: data/home is a relative path');
    expect(home(advice.exec(message)?.[1] ?? '')).toBe(path.resolve('data/home'));
  });
});

it('--home may be relative, and wins', () => {
  expect(chosenHome('data', { CHIRPSMITH_HOME: '/srv' })).toEqual({
    name: '--home',
    path: path.resolve('data'),
  });
});

it('a home that cannot be used is no setting to point elsewhere', () => {
  expect(pathSettings({ CHIRPSMITH_HOME: 'data' })).toHaveLength(1);
  expect(pathSettings({ CHIRPSMITH_HOME: '/srv' }).map(({ name }) => name)[0]).toBe('CHIRPSMITH_HOME');
});
