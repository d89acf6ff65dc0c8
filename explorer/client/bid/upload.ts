// Brings an envelope to a server: resumable (tus 1.0.0), so that what is there is not sent again.

import { Upload, type DetailedError } from "tus-js-client";
import { PageRefusal } from "./refusal.js";
import { addressOf, answered, problemFrom, type Server } from "./servers.js";
import type { Hex } from "../verifier/bytes.js";

/** What is sent at once; when the connection breaks, no more than this is sent again. */
const CHUNK = 4 * 2 ** 20;
/** Without any progress for so long, in milliseconds, a server is given up. */
const PATIENCE = 30_000;
const AGAIN_AFTER = [0, 1_000, 3_000, 5_000, 10_000];

export type Progress = (sent: number, total: number) => void;

/** All of it, or what lacks of it. Throws Problem, ServerSilent. */
export function uploadWhole(server: Server, envelope: Blob, digest: Hex, progress: Progress): Promise<void> {
  return uploaded(server, envelope, digest, progress, false);
}

/**
 * The same but for the last byte, and then it is deleted: for a rehearsal. Without its last byte nothing is an envelope, so
 * nobody can take it for a bid. Throws Problem, ServerSilent.
 */
export async function uploadInVain(server: Server, envelope: Blob, digest: Hex, progress: Progress): Promise<void> {
  await uploaded(server, envelope, digest, progress, true);
  await answered(server, `/envelopes/${digest}`, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0" } });
}

async function uploaded(server: Server, envelope: Blob, digest: Hex, progress: Progress, isRehearsal: boolean): Promise<void> {
  const { size } = envelope;
  await announced(server, size, digest);
  const most = isRehearsal ? size - 1 : size;
  let watch: ReturnType<typeof setTimeout> | undefined;
  const done = new Promise<void>((resolve, reject) => {
    const upload: Upload = new Upload(envelope, {
      uploadUrl: addressOf(server, `/envelopes/${digest}`),
      chunkSize: CHUNK,
      retryDelays: AGAIN_AFTER,
      storeFingerprintForResuming: false,
      fileReader: { openFile: async () => sourceOf(envelope, most) },
      onProgress(sent) {
        lives();
        progress(sent, size);
      },
      onChunkComplete(_, accepted) {
        if (isRehearsal && accepted >= most) void upload.abort().then(resolve);
      },
      onShouldRetry: (error) => isPassing(error),
      onSuccess: () => resolve(),
      onError: (error) => reject(failureOf(error, server)),
    });

    function lives(): void {
      clearTimeout(watch);
      watch = setTimeout(() => {
        void upload.abort();
        reject(new PageRefusal("ServerSilent", { server: server.name }));
      }, server.patience ?? PATIENCE);
    }

    lives();
    upload.start();
  });
  await done.finally(() => clearTimeout(watch));
}

/** Begun before, it goes on. */
async function announced(server: Server, size: number, digest: Hex): Promise<void> {
  await answered(server, "/envelopes", {
    method: "POST",
    headers: { "Tus-Resumable": "1.0.0", "Upload-Length": String(size), "Upload-Metadata": `digest ${btoa(digest)}` },
  });
}

/** Of the envelope no byte from `most` on, wherever the upload goes on. */
function sourceOf(envelope: Blob, most: number) {
  const { size } = envelope;
  return {
    size,
    slice: async (start: number, end: number) =>
      ({ value: envelope.slice(start, Math.min(end, most)), done: most === size && end >= size }),
    close: () => {},
  };
}

/** What may go better in a moment: no answer, trouble of the server, or an upload that goes on elsewhere than was thought. */
function isPassing({ originalResponse }: DetailedError): boolean {
  if (originalResponse === null || originalResponse === undefined) return true;
  const status = originalResponse.getStatus();
  return status === 0 || status >= 500 || problemFrom(status, originalResponse.getBody()).name === "UploadOffsetDiffers";
}

function failureOf(error: Error | DetailedError, server: Server): Error {
  const answer = "originalResponse" in error ? error.originalResponse : null;
  if (answer === null || answer.getStatus() === 0) return new PageRefusal("ServerSilent", { server: server.name });
  return problemFrom(answer.getStatus(), answer.getBody());
}
