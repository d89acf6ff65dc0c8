"""A contribution and its signature: with it whoever keeps contributions cannot make one in another's name."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.chain.identifiers import contribution_digest
from ledger.chain.signers import KeySigner, signer_of
from ledger.errors import ContributionUnsigned


@dataclass(frozen=True, slots=True)
class SignedContribution:
    """The contribution's bytes (``docs/siegel-1.md``), and r || s || v over them, 65 bytes (EIP-191)."""

    contribution: bytes
    signature: bytes

    @classmethod
    def by(cls, signer: KeySigner, contribution: bytes) -> SignedContribution:
        """Signed with the account's key."""
        return cls(contribution, signer.sign_digest(contribution_digest(contribution)))

    def require_by(self, account: bytes) -> None:
        """Raises ContributionUnsigned unless this account (20 bytes) signed it."""
        if signer_of(contribution_digest(self.contribution), self.signature) != account:
            raise ContributionUnsigned(account=account)
