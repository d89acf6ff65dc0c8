// With JavaScript the file never leaves the device: its SHA-256 is computed here and only that is looked up.
// Without a secure context (plain HTTP from elsewhere) browsers offer no SubtleCrypto; then the form is sent as it is,
// and the sentence beside it says so.

const form = document.getElementById("check");

if (form && globalThis.crypto?.subtle) {
  document.getElementById("sent").hidden = true;
  document.getElementById("local").hidden = false;

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    document.getElementById("progress").textContent = form.dataset.busy;
    const [file] = form.elements.file.files;
    const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    const hex = Array.from(new Uint8Array(digest), (octet) => octet.toString(16).padStart(2, "0")).join("");
    location.assign(`/lookup?${new URLSearchParams({ digest: hex, name: file.name })}`);
  });
}
