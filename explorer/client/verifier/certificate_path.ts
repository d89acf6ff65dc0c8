// Whether a certificate is one of a time-stamping authority under a root that somebody trusts (RFC 3161, section 2.3).

import { equal } from "./bytes.js";
import { Certificate } from "./certificate.js";
import { Refusal } from "./refusal.js";

// Above an authority's certificate, its root among them.
const MOST_ABOVE = 9;

/** The roots of a policy. Throws PolicyInvalid for what is no certificate. */
export function readRoots(roots: readonly Uint8Array[]): readonly Certificate[] {
  const invalid = (reason: string) => new Refusal("PolicyInvalid", { field: "timestamps.roots", reason });
  if (roots.length === 0) throw invalid("a certificate was expected");
  return roots.map((root) => {
    try {
      return new Certificate(root);
    } catch {
      throw invalid("it holds what is no certificate");
    }
  });
}

/**
 * The certificates from the authority's to the root that vouches for it; all were valid at `time`, seconds since 1970. An
 * authority's certificate may be a root itself. Of several paths it is the shortest; of those the one that comes first in
 * the order of the roots, then of the certificates. Throws TimestampInvalid, TimestampForeign.
 */
export function trustedPath(
  authority: Certificate, others: readonly Certificate[], roots: readonly Certificate[], time: bigint,
): readonly Certificate[] {
  authority.requireTimeStamping();
  const foreign = (reason: string) => new Refusal("TimestampForeign", { authority: authority.name, reason });
  if (!authority.isValidAt(time)) {
    throw new Refusal("TimestampInvalid", { reason: `the certificate of ${authority.name} was not valid at that time` });
  }
  let reason = authority.whyUnfit ?? "no certificate leads to a root";

  function fits(issuer: Certificate, last: Certificate, between: number): boolean {
    if (!equal(issuer.subject.encoded, last.issuer.encoded)) return false;
    const isThen = issuer.isValidAt(time) ? undefined : "cert is not valid at validation time";
    const why = isThen ?? issuer.whyNotCertifying(between) ?? (last.isSignedBy(issuer) ? undefined : "signature does not match");
    reason = why ?? reason;
    return why === undefined;
  }

  // Certificate after certificate, each tried once as what stands above: a longer way to one opens nothing more.
  const isRoot = (one: Certificate) => roots.some((root) => equal(root.der, one.der));
  const paths: (readonly Certificate[])[] = authority.whyUnfit === undefined ? [[authority]] : [];
  const untried = new Set([...roots, ...others.filter((other) => !isRoot(other))]);
  for (const path of paths) {
    const last = path.at(-1) as Certificate;
    if (isRoot(last)) return checked(path, foreign);
    for (const issuer of path.length <= MOST_ABOVE ? untried : []) {
      if (!fits(issuer, last, path.length - 1)) continue;
      untried.delete(issuer);
      paths.push([...path, issuer]);
    }
  }
  throw foreign(reason);
}

function checked(path: readonly Certificate[], foreign: (reason: string) => Refusal): readonly Certificate[] {
  const unfit = path.slice(1).find((each) => !each.isForCertificates);
  if (unfit !== undefined) throw foreign(`the key of ${unfit.name} may not certify it`);
  return path;
}
