// The little of Node that the command for comparing needs.

declare module "node:fs" {
  export function readFileSync(path: string): Uint8Array;
}

declare module "node:readline" {
  export function createInterface(options: { input: unknown }): AsyncIterable<string>;
}

declare const process: { readonly stdin: unknown; readonly stdout: { write(text: string): void } };
