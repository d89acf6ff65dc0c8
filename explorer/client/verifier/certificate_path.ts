// Whether a certificate is one of a time-stamping authority under a root that somebody trusts (RFC 3161, section 2.3).

import { equal } from "./bytes.js";
import { Certificate } from "./certificate.js";
import { Refusal } from "./refusal.js";

const MOST_ABOVE = 8;

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
 * authority's certificate may be a root itself. Throws TimestampInvalid, TimestampForeign.
 */
export function trustedPath(
  authority: Certificate, others: readonly Certificate[], roots: readonly Certificate[], time: bigint,
): readonly Certificate[] {
  authority.requireTimeStamping();
  const foreign = (reason: string) => new Refusal("TimestampForeign", { authority: authority.name, reason });
  if (!authority.isValidAt(time)) {
    throw new Refusal("TimestampInvalid", { reason: `the certificate of ${authority.name} was not valid at that time` });
  }
  let reason = authority.whyUnreadable ?? "no certificate leads to a root";
  const isRoot = (one: Certificate) => roots.some((root) => equal(root.der, one.der));

  function upwards(path: readonly Certificate[]): readonly Certificate[] | undefined {
    const last = path.at(-1) as Certificate;
    if (isRoot(last)) return path;
    const above = path.length - 1;
    if (above > MOST_ABOVE) return undefined;
    for (const issuer of [...roots, ...others]) {
      if (!equal(issuer.subject.encoded, last.issuer.encoded) || path.includes(issuer)) continue;
      const why = whyNot(issuer, last, above);
      if (why !== undefined) {
        reason = why;
        continue;
      }
      const found = upwards([...path, issuer]);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  function whyNot(issuer: Certificate, last: Certificate, above: number): string | undefined {
    if (!issuer.isValidAt(time)) return "cert is not valid at validation time";
    const why = issuer.whyNotCertifying(above);
    if (why !== undefined) return why;
    if (issuer.hasConstrainedNames && [authority, last].some((each) => each.hasOtherNames)) return "names are constrained";
    return last.isSignedBy(issuer) ? undefined : "signature does not match";
  }

  const path = authority.whyUnreadable === undefined ? upwards([authority]) : undefined;
  if (path === undefined) throw foreign(reason);
  const unfit = path.slice(1).find((each) => !each.isForCertificates);
  if (unfit !== undefined) throw foreign(`the key of ${unfit.name} may not certify it`);
  return path;
}
