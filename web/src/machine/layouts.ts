import type { SessionPageAnswer } from '../../../functions/api/contract/session.ts';
import layouts from './machines.json';

/** Written by `npm run graph` from the definitions; a test keeps it current. */
const byMachine = {
  train: layouts['train-model'],
  batch: layouts['upload-batch'],
  music: layouts['generate-music'],
};

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly node: { readonly width: number; readonly height: number };
  readonly nodes: readonly { readonly name: string; readonly x: number; readonly y: number }[];
  readonly edges: readonly {
    readonly path: string;
    readonly error?: boolean;
    readonly label?: { readonly text: string; readonly x: number; readonly y: number };
  }[];
  readonly groups: readonly {
    readonly title: string;
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  }[];
}

export interface Layout {
  readonly shapes: Readonly<Record<string, string>>;
  readonly wide: Drawing;
  readonly narrow: Drawing;
}

export const layoutOf = (kind: SessionPageAnswer['kind']): Layout => byMachine[kind];
