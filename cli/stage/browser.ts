import { spawn } from 'node:child_process';

/** Opens an address in the browser if this machine can. Does not report a failure. */
export type OpenBrowser = (url: string) => void;

/** @returns undefined where no user would see the browser: over SSH, or on Linux without a display */
export function browserOf(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): OpenBrowser | undefined {
  const command = openCommand(env, platform);
  if (command === undefined) return undefined;
  const [name = '', ...args] = command;
  return (url) => {
    const child = spawn(name, [...args, url], { stdio: 'ignore', detached: true });
    // The address is shown as well.
    child.on('error', () => {});
    child.unref();
  };
}

/** The program that opens an address, which is its last argument. */
export function openCommand(
  { SSH_CONNECTION, SSH_TTY, DISPLAY, WAYLAND_DISPLAY }: NodeJS.ProcessEnv,
  platform: NodeJS.Platform,
): readonly string[] | undefined {
  if (SSH_CONNECTION || SSH_TTY) return undefined;
  if (platform === 'darwin') return ['open'];
  // Not through a shell, which would read the address.
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  return DISPLAY || WAYLAND_DISPLAY ? ['xdg-open'] : undefined;
}
