"""Strict, independent readers of what a chain node answers: RLP, headers, Merkle-Patricia proofs, heads. No I/O."""
