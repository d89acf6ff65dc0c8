// Hands in an envelope with tus-js-client, as the sealing page does: URL, file, bytes a request, whether to break off.
"use strict";

const { createHash } = require("node:crypto");
const { readFileSync } = require("node:fs");
const tus = require("tus-js-client");

const [, , endpoint, file, chunk, breakOff] = process.argv;
const data = readFileSync(file);
const digest = createHash("sha256").update(data).digest("hex");
const upload = new tus.Upload(data, {
  endpoint,
  // Asked first where it goes on; of one that has not begun yet the client announces it then.
  uploadUrl: `${endpoint}/${digest}`,
  chunkSize: Number(chunk),
  metadata: { digest },
  retryDelays: null,
  onChunkComplete: (_size, accepted) => {
    if (breakOff === "break" && accepted < data.length) {
      void upload.abort().then(() => process.stdout.write(`broke off at ${accepted}\n`));
    }
  },
  onError: (error) => process.stdout.write(`${error.originalResponse?.getBody() ?? error}\n`),
  onSuccess: () => process.stdout.write(`handed in at ${new URL(upload.url).pathname}\n`),
});
upload.start();
