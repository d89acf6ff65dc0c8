"""The book of nonces, by itself."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from ledger.chain.nonces import NonceBook, Sent

ACCOUNT, OTHER = b"\x01" * 20, b"\x02" * 20


def sent(nonce: int, account: bytes = ACCOUNT) -> Sent:
    """A signed transaction, as far as the book knows."""
    return Sent(account, nonce, bytes([nonce]) * 32, b"raw %d" % nonce)


@pytest.mark.parametrize(
    ("held", "mined", "pending", "expected"),
    [
        ((), 0, 0, 0),
        ((), 7, 7, 7),
        ((7,), 7, 8, 8),
        ((7,), 7, 7, 8),  # the node lost it, or does not have it yet
        ((7, 8, 9), 7, 10, 10),
        ((7, 8), 7, 10, 10),  # another program sent one with this key: never replace it
        ((), 7, 9, 9),
        ((8, 9), 7, 7, 7),  # a gap of ours: fill it
        ((8, 9), 7, 10, 7),  # a pool that counts past the gap (Besu, SEQUENCED)
        ((7, 9), 7, 8, 8),
    ],
)
def test_next_nonce_is_the_lowest_that_nobody_holds(
    held: tuple[int, ...], mined: int, pending: int, expected: int
) -> None:
    """Neither a block, nor the book, nor the node's pool."""
    book = NonceBook(1)
    for nonce in held:
        book.note(sent(nonce))
    assert book.next_nonce(ACCOUNT, mined, pending) == expected
    book.close()


def test_what_is_noted_survives_reopening_and_belongs_to_one_chain_and_account(tmp_path: Path) -> None:
    """The file is shared by chains and accounts, the nonces are not."""
    path = tmp_path / "sent.sqlite"
    book = NonceBook(1, path)
    for nonce in (5, 3, 4):
        book.note(sent(nonce))
    book.note(sent(9, OTHER))
    book.close()
    book, another_chain = NonceBook(1, path), NonceBook(2, path)
    assert [one.nonce for one in book.unsettled(ACCOUNT)] == [3, 4, 5]
    assert book.unsettled(ACCOUNT)[0] == sent(3)
    assert another_chain.unsettled(ACCOUNT) == []
    book.settle_below(ACCOUNT, 5)
    book.forget(sent(9, OTHER))
    assert book.unsettled(ACCOUNT) == [sent(5)]
    assert book.unsettled(OTHER) == []
    book.close()
    another_chain.close()


@pytest.mark.parametrize("shared", [True, False], ids=["one book in each thread", "one book"])
def test_turns_never_overlap(tmp_path: Path, shared: bool) -> None:
    """Between threads, and between books on one file, as in two processes."""
    path = tmp_path / "sent.sqlite" if shared else None
    books = [NonceBook(1, path) for _ in range(4)] if shared else [NonceBook(1)] * 4
    inside, most, taken = 0, 0, []

    def take(book: NonceBook) -> None:
        nonlocal inside, most
        for _ in range(25):
            with book.turn():
                inside += 1
                most = max(most, inside)
                nonce = book.next_nonce(ACCOUNT, 0, 0)
                book.note(sent(nonce))
                taken.append(nonce)
                inside -= 1

    threads = [threading.Thread(target=take, args=(book,)) for book in books]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert taken == list(range(100))
    for book in set(books):
        book.close()


def test_a_turn_that_fails_ends_and_keeps_what_was_noted() -> None:
    """What was noted may have reached a node."""
    book = NonceBook(1)
    with pytest.raises(RuntimeError), book.turn():
        book.note(sent(0))
        raise RuntimeError
    with book.turn():
        assert book.unsettled(ACCOUNT) == [sent(0)]
    book.close()
