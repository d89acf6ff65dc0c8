// The little of Node that the commands for comparing need.

declare module "node:fs" {
  export function readFileSync(path: string): Uint8Array;
  export function statSync(path: string): { readonly size: number };
  export function openSync(path: string, flags: "r" | "w"): number;
  export function readSync(file: number, into: Uint8Array, offset: number, length: number, position: number): number;
  export function writeSync(file: number, from: Uint8Array, offset: number, length: number, position: number): number;
  export function closeSync(file: number): void;
}

declare module "node:readline" {
  export function createInterface(options: { input: unknown }): AsyncIterable<string>;
}

declare const process: { readonly stdin: unknown; readonly stdout: { write(text: string): void } };
