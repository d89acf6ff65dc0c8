// With JavaScript the file never leaves the device: its SHA-256 is computed here and only that is looked up.
// Without a secure context (plain HTTP from elsewhere) browsers offer no SubtleCrypto; then the form is sent as it is,
// and the sentence beside it says so.

const form = document.getElementById("check");
const part = (id) => document.getElementById(id);

if (form && globalThis.crypto?.subtle) {
  part("sent").hidden = true;
  part("local").hidden = false;
  form.addEventListener("submit", check);
  // What was found about one file says nothing about the next.
  form.elements.file.addEventListener("change", () => { part("unknown").hidden = true; });
}

async function check(event) {
  // The reader has asked for the comparison, for which the server needs the file.
  if (event.submitter?.id === "send") return;
  event.preventDefault();
  part("progress").textContent = form.dataset.busy;
  const [file] = form.elements.file.files;
  const digest = hex(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  const finding = `/lookup?${new URLSearchParams({ digest })}`;
  const answer = await fetch(`/api/v1/lookup/${digest}`).catch(() => null);
  const found = answer?.ok ? (await answer.json()).found : null;
  part("progress").textContent = "";
  if (found === null || found.length > 0) {
    location.assign(finding);
    return;
  }
  part("computed").textContent = digest;
  part("unknown").hidden = false;
  part("unknown").focus();
}

function hex(octets) {
  return Array.from(new Uint8Array(octets), (octet) => octet.toString(16).padStart(2, "0")).join("");
}
