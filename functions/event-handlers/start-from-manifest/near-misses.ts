import type { Problem } from '../../shared/errors.ts';
import { manifestName, reportName } from './manifest.ts';

/** A key that was surely meant for the inbox, and is not looked at as it is. */
export interface NearMiss {
  /** Its folder, with its last slash. */
  readonly folder: string;
  /** Where a report beside it goes. */
  readonly report: string;
  readonly problems: readonly Problem[];
}

/** `Manifest.json`, `manifest.json.txt`, `manifest (1).json`, and the right name. */
const manifestLike = /^manifests?[\s._-]*(\(\d+\))?(\.(json|jsonc|json5|js|txt|ya?ml))*\s*$/i;

/** A manifest in the wrong place or with a wrong name; undefined for every other key. */
export function nearMiss(key: string): NearMiss | undefined {
  const [, root = '', folder = '', name = ''] = /^(\/*inbox\/)((?:.*\/)?)([^/]+)$/is.exec(key) ?? [];
  if (!manifestLike.test(name)) return undefined;
  const problems: Problem[] = [];
  if (root !== 'inbox/') {
    const message =
      'is not the inbox: put the folder under inbox/, in lower case and without a slash before it';
    problems.push({ where: root, message });
  }
  if (folder === '') {
    problems.push({
      where: name,
      message: 'lies in no folder: put it beside the audio, in a folder of inbox/',
    });
  }
  if (name !== manifestName) {
    problems.push({ where: name, message: `is not looked at: call it ${manifestName}` });
  }
  if (problems.length === 0) return undefined;
  return { folder: root + folder, report: root + folder + reportName, problems };
}
