// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {IActs} from "./IActs.sol";

/// @notice A person's account and roles. Accounts are pseudonyms: names stay off the chain. Lists of persons are in
/// rising order of the accounts, so that none is named twice.
/// @param roles Bits: 1 publisher, 2 officer, 4 evaluator, 8 auditor; zero removes the person.
/// @param until Last second in which the roles hold; zero means without end. Deputies have an end.
struct Person {
    address account;
    uint8 roles;
    uint64 until;
}

/// @notice Who gets a sealed share, and under which public key.
/// @param holder An officer's account (left-padded), or the organisationId of a custodian.
/// @param key HPKE public key: P-256, 65 bytes uncompressed.
struct Recipient {
    bytes32 holder;
    bytes key;
}

/// @notice The recipients of the two shared halves of a bid's key. A recipient's index counts from 1 in its list.
/// @param officerThreshold How many officers must contribute; at least 2, and fewer than there are.
/// @param custodianThreshold The same for custodians; zero only if the set has none and is labelled so.
struct KeySet {
    uint8 officerThreshold;
    uint8 custodianThreshold;
    Recipient[] officers;
    Recipient[] custodians;
}

/// @title Who may act.
/// @notice Organisations are admitted by governors, m of n, after a delay; an organisation's own people are changed
/// jointly by two of its officers. Roles are read live whenever somebody acts. Each change is an act, folded into the
/// roles head of the organisation it concerns, so that "who was officer then" can be proven.
/// Assumption: governors are accounts in several organisations. WARNING: m governors together can, after the delay,
/// replace an organisation's people; at once they can only suspend it. The delay is what others have to notice it.
interface IOrganisationRegistry is IActs {
    /// @notice The organisation was admitted before.
    error OrganisationKnown(bytes32 organisationId);
    /// @notice No such organisation.
    error OrganisationNotAdmitted(bytes32 organisationId);
    /// @notice Kinds are bits from 1 to 32, at least one; buyer and observer exclude each other.
    error KindsInvalid(uint8 kinds);
    /// @notice Scheme and identifier are printable ASCII of 1 to 128 bytes.
    error IdentifierInvalid(string identifier);
    /// @notice Zero account, unknown role bit, an end that is already past, or accounts not in rising order.
    error PersonInvalid(address account, uint8 roles, uint64 until);
    /// @notice Officers cannot leave their organisation with fewer than two officers without an end date.
    error TooFewOfficers(bytes32 organisationId, uint256 officers);
    /// @notice The organisation is already suspended, or is not.
    error SuspensionUnchanged(bytes32 organisationId, bool suspended);
    /// @notice The account is no governor.
    error GovernorMissing(address account);
    /// @notice Enough governors approved, the delay is still running.
    error NotRipe(bytes32 key, uint64 ripe);
    /// @notice Governors: in rising order of the accounts, none zero, threshold between 1 and their number, at most 32 of them.
    error GovernorsInvalid(uint256 governors, uint8 threshold);
    /// @notice The governors' delay is at most 365 days.
    error DelayInvalid(uint64 delay);
    /// @notice Thresholds at least 2, recipients at least one more than the threshold and at most 32.
    error ThresholdInvalid(uint256 recipients, uint8 threshold);
    /// @notice Recipients are in rising order of the holders, none twice, each key has 65 bytes and begins with 0x04.
    error RecipientInvalid(bytes32 holder, uint256 keyLength);
    /// @notice Another recipient of the set, officer or custodian, has the same public key or its negation.
    error KeyRepeated(bytes32 holder);
    /// @notice A key set with exactly these recipients and thresholds was registered before.
    error KeySetKnown(bytes32 keySet);
    /// @notice Not registered, or retired.
    error KeySetUnknown(bytes32 keySet);
    /// @notice The organisation is no custodian of the set, or accepted it before.
    error CustodianUnexpected(bytes32 keySet, bytes32 custodian);
    /// @notice The successor is zero or the same as before.
    error SuccessorInvalid(address successor);

    // ---- Acts of the governors: m of n, delayed unless said otherwise ------------------------------------------
    // The delay runs from the call that makes them enough; a change of the governors lets it begin anew. The record
    // names the governor who executed (second) and the earliest other one who approved (first); the detail ends with
    // all present governors who approved, in the order of their approval, and `roles` is the length of the governors'
    // own series (id 0): so it can be proven that enough agreed, and that they were governors. The first GovernorsSet,
    // at the construction, has no approvers.

    /// @notice OrganisationAdmitted. `organisationId = keccak256(abi.encode(scheme, identifier))`, for example the
    /// scheme DE-LEITWEG with the identifier of the town; it stays the same in a successor of this contract.
    /// @param kinds Bits: 1 buyer, 2 observer, 4 custodian, 8 receiver, 16 review body, 32 member.
    /// @param people The first people of the organisation; the governors vouch for them.
    function admitOrganisation(
        string calldata scheme,
        string calldata identifier,
        uint8 kinds,
        Person[] calldata people,
        uint64 expires
    ) external;

    /// @notice KindsChanged: for example a town that becomes custodian for its neighbour.
    function changeKinds(bytes32 organisationId, uint8 kinds, uint64 expires) external;

    /// @notice OrganisationSuspended: nobody of it can act any more, at once and without delay. Needs a ground.
    function suspendOrganisation(bytes32 organisationId, bytes32 ground, uint64 expires) external;

    /// @notice OrganisationRestored, with the ground and after the delay.
    function restoreOrganisation(bytes32 organisationId, bytes32 ground, uint64 expires) external;

    /// @notice PeopleReplaced: governors set people of an organisation that can no longer do so itself, with a ground.
    /// Persons not named keep their roles.
    function replacePeople(bytes32 organisationId, bytes32 ground, Person[] calldata people, uint64 expires) external;

    /// @notice GovernorsSet: the whole new list, its threshold, and the delay in seconds.
    function setGovernors(address[] calldata governors, uint8 threshold, uint64 delay, uint64 expires) external;

    /// @notice SuccessorRegistered: the ledger that is used from now on. Nothing is moved, and this one works on.
    function registerSuccessor(address successor, uint64 expires) external;

    // ---- Acts of an organisation -------------------------------------------------------------------------------

    /// @notice PeopleChanged: joint act of two officers. At least two officers without an end date must remain.
    function changePeople(bytes32 organisationId, Person[] calldata people, uint64 expires) external;

    /// @notice KeySetRegistered: joint act of two officers of a buyer. The officers named must hold the role now, the
    /// custodians must be other organisations of that kind.
    /// `keySetId = keccak256(abi.encode(organisationId, keySet))` with the whole structure.
    function registerKeySet(bytes32 organisationId, KeySet calldata keySet, uint64 expires) external;

    /// @notice KeySetAccepted: one officer of each custodian confirms that it holds the private key and will release
    /// only after the close. Folded into the *buyer's* roles head; `roles` counts in the custodian's. The set is ready
    /// when all its custodians have accepted; a custodian that loses its kind afterwards has accepted all the same.
    function acceptKeySet(bytes32 keySetId, bytes32 custodian, uint64 expires) external;

    /// @notice KeySetRetired: joint act of two officers, with a ground. Later rounds cannot use the set; those that are
    /// running keep it.
    function retireKeySet(bytes32 keySetId, bytes32 ground, uint64 expires) external;

    // ---- Questions ---------------------------------------------------------------------------------------------

    /// @notice What an account may do for an organisation in this block, and the length of the roles series.
    /// @return roles Role bits that hold now; zero if the organisation is unknown or suspended.
    /// @return kinds Kinds of the organisation.
    /// @return sequence Length of its roles series.
    function authority(bytes32 organisationId, address account)
        external
        view
        returns (uint8 roles, uint8 kinds, uint64 sequence);

    /// @notice An organisation as it stands: kinds (zero if unknown), suspended, officers without an end date, length
    /// of its roles series.
    function organisationOf(bytes32 organisationId)
        external
        view
        returns (uint8 kinds, bool suspended, uint16 officers, uint64 sequence);

    /// @notice A key set: its buyer, how many custodians have not accepted yet, and whether it is retired.
    function keySetOf(bytes32 keySetId) external view returns (bytes32 organisationId, uint8 missing, bool retired);

    /// @notice True if the set belongs to the organisation, all custodians accepted it and it is not retired.
    function keySetReady(bytes32 organisationId, bytes32 keySetId) external view returns (bool);

    /// @notice The governors, how many of them must agree, and the delay in seconds before they are obeyed.
    function governance() external view returns (address[] memory governors, uint8 threshold, uint64 delay);

    /// @notice Who approved a governors' act, and from when on it can be executed (zero: not enough approvals yet).
    function petitionOf(bytes32 key) external view returns (address[] memory approvers, uint64 ripe);

    /// @notice The registered successor of the ledger, or zero.
    function successor() external view returns (address);
}
