// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

/// @notice One act on the record. The same fourteen fields for every act, each one 32-byte word in the log, so that a
/// reader needs one codec for everything. A field that an act has no use for is zero.
/// @param act Number of the act in the statute table (`ledger/statute.json`).
/// @param sequence Position of the act in the series it is folded into, counted from 1 without gaps.
/// @param roles Length of the acting organisation's roles series when it acted: the registry's acts up to this position
/// say who held which role. In BidCommitted with a promise that of the receiver; of the governors' acts the series of
/// the governors. Zero where no role is needed (a bidder's own acts).
/// @param time Time of the block in seconds since 1970. Times of blocks strictly increase, so a time names its block.
/// @param first Account that acted; in a joint act the one that proposed it.
/// @param second In a joint act the account that executed it; in BidCommitted the receiver that signed the promise.
/// @param lot Digest of the lot's id, keccak256(lot id); zero means the whole process, or that lots do not matter.
/// @param round Number of the round, counted from 1.
/// @param bid Number of the bid within its round, counted from 0; bids on paper count from 2^31.
/// @param ref Sequence of the act this one refers to: the award, the suspension, the notice that is corrected.
/// @param arrival Time of arrival that counts for lateness, in seconds since 1970.
/// @param ground Digest of the document that states the reason, where the law demands or allows one.
/// @param release Digest of the OCDS release that publishes the act: SHA-256(salt, bytes).
/// @param subject Commitment of a bid, digest of an original file, of an order, of a page: what the act is about.
struct Act {
    uint8 act;
    uint64 sequence;
    uint64 roles;
    uint64 time;
    address first;
    address second;
    bytes32 lot;
    uint32 round;
    uint32 bid;
    uint64 ref;
    uint64 arrival;
    bytes32 ground;
    bytes32 release;
    bytes32 subject;
}

/// @title What the ledger and the registry have in common: the event, the heads, the second person.
/// @notice **Heads.** Every act belongs to one series. A series has a head, one storage word, that starts from
/// `keccak256(abi.encode(label, chainid, contract, id))` and grows by `head' = keccak256(abi.encode(head, item))`.
///
/// | series | contract | label | id | items |
/// |---|---|---|---|---|
/// | process | ledger | `siegel/1 process` | processId | digest of each act of the process |
/// | list | ledger | `siegel/1 list` | organisationId | processId of each new process; digest of each organisation-wide act |
/// | roles | registry | `siegel/1 roles` | organisationId, 0 for the governors | digest of each registry act |
///
/// **Digest of an act** = `keccak256(log.data)` of its ActRecorded, that is `keccak256(abi.encode(record, detail))`.
/// **Storage.** In both contracts the heads are `mapping(bytes32 id => bytes32 head)` in slot 0, so the word of a head
/// is `keccak256(abi.encode(id, 0))`. A series without items has the word zero. Process ids and organisation ids cannot
/// meet in one mapping: both are keccak256 of preimages that differ in their first word.
/// @dev WARNING: a head proves what is in a series and in which order; that a series lacks nothing is proven only for
/// the block whose state root the proof starts from, never for "now".
interface IActs {
    /// @notice The one event. Its topics are processId (zero for acts outside a process), organisationId (zero for the
    /// governors' own acts) and the number of the act; its data are the record and the act's own arguments.
    /// @param detail ABI encoding of the arguments that have no field in the record, as the table lists them; empty
    /// where the record says all.
    event ActRecorded(
        bytes32 indexed processId, bytes32 indexed organisationId, uint8 indexed act, Act record, bytes detail
    );

    /// @notice First half of a joint act. Outside the heads: it changes nothing.
    /// @param key What the second person must call with: `keccak256(abi.encode(selector, organisationId, processId,
    /// expires, draft, detail))`, where `draft` is the record holding only the caller's arguments. The approval ends when
    /// the process is resumed, remanded, cancelled or reinstated: who agreed before such a change has not agreed since.
    event ActProposed(
        bytes32 indexed processId,
        bytes32 indexed organisationId,
        uint8 indexed act,
        bytes32 key,
        address account,
        uint64 expires
    );

    /// @notice An approval was taken back by the account that gave it.
    event ApprovalRevoked(bytes32 indexed key, address indexed account);

    /// @notice The call came later than its own `expires`.
    error ActExpired(uint64 expires, uint64 time);
    /// @notice `expires` lies further ahead than is allowed (30 days; for governors their delay is added).
    error ExpiryTooFar(uint64 expires, uint64 latest);
    /// @notice The same account approved this very act before; a joint act needs a different second person.
    error AlreadyApproved(bytes32 key, address account);
    /// @notice This very act was executed before, by officers or governors. To do the same again takes another `expires`.
    error AlreadyExecuted(bytes32 key);
    /// @notice Only the account that gave an approval can revoke it, and only until the act is executed.
    error ApprovalUnknown(bytes32 key, address account);
    /// @notice The account holds none of the roles (bits) in the organisation, or the organisation is suspended.
    error RoleMissing(bytes32 organisationId, address account, uint8 roles);
    /// @notice The organisation is none of the kinds (bits) that the act asks for.
    error KindMissing(bytes32 organisationId, uint8 kinds);
    /// @notice The act needs a ground (digest of the document that states it).
    error GroundMissing(uint8 act);
    /// @notice The act has no use for a ground; one was given.
    error GroundUnexpected(uint8 act);

    /// @notice Takes back the caller's own approval of a joint act that was not executed yet.
    function revokeApproval(bytes32 key) external;

    /// @notice The head of a series, zero if it has no items.
    function head(bytes32 id) external view returns (bytes32);

    /// @notice The statute table: one word per act, as `ledger/statute.json` spells it out.
    function statute() external pure returns (uint32[] memory);
}
