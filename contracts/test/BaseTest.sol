// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import "../src/IOrganisationRegistry.sol";
import "../src/ITenderLedger.sol";
import {Act, IActs} from "../src/IActs.sol";
import {Fold} from "./Fold.sol";
import {Vm, vm} from "./Vm.sol";

/// @notice A town, its neighbours and its bidders, and how they act. The code under test is the committed one.
abstract contract BaseTest is Fold {
    uint64 internal constant START = 1_790_000_000;
    uint32 internal constant STANDSTILL = 10 days;
    bytes32 internal constant NO_GROUND = 0;
    bytes32 internal constant GROUND = keccak256("ground");
    bytes32 internal constant RELEASE = keccak256("release");
    bytes32 internal constant LOT_ONE = keccak256("LOT-0001");
    bytes32 internal constant LOT_TWO = keccak256("LOT-0002");
    uint32 internal constant FIRST_EXTERNAL = 1 << 31;

    address internal immutable officerOne = vm.addr(101);
    address internal immutable officerTwo = vm.addr(102);
    address internal immutable officerThree = vm.addr(103);
    address internal immutable publisher = vm.addr(104);
    address internal immutable auditor = vm.addr(105);
    address internal immutable deputy = vm.addr(106);
    address internal immutable governorOne = vm.addr(201);
    address internal immutable governorTwo = vm.addr(202);
    address internal immutable governorThree = vm.addr(203);
    address internal immutable custodianOne = vm.addr(301);
    address internal immutable custodianTwo = vm.addr(302);
    address internal immutable custodianThree = vm.addr(303);
    uint256 internal constant RECEIVER_KEY = 401;
    address internal immutable receiver = vm.addr(RECEIVER_KEY);
    address internal immutable reviewer = vm.addr(501);
    address internal immutable observer = vm.addr(601);
    address internal immutable bidderOne = vm.addr(701);
    address internal immutable bidderTwo = vm.addr(702);
    address internal immutable outsider = vm.addr(999);

    IOrganisationRegistry internal registry;
    ITenderLedger internal ledger;
    bytes32 internal town = organisationIdOf("town");
    bytes32 internal custodianA = organisationIdOf("custodian A");
    bytes32 internal custodianB = organisationIdOf("custodian B");
    bytes32 internal custodianC = organisationIdOf("custodian C");
    bytes32 internal submissionService = organisationIdOf("submission service");
    bytes32 internal reviewBody = organisationIdOf("review body");
    bytes32 internal watchdog = organisationIdOf("watchdog");
    bytes32 internal keySet;
    uint256 private processes;

    function setUp() public virtual {
        vm.recordLogs();
        vm.warp(START);
        deploy(2, 0);
        admitEverybody();
        keySet = acceptedKeySet();
    }

    // ---- Setting the scene -------------------------------------------------------------------------------------

    /// @dev SIEGEL_ARTIFACTS names another folder of artifacts: that is how planted mutants are put on trial.
    function code(string memory name) internal view returns (bytes memory) {
        string memory folder = vm.envOr("SIEGEL_ARTIFACTS", "ledger/chain/artifacts");
        return vm.parseJsonBytes(vm.readFile(string.concat(folder, "/", name, ".json")), ".bytecode");
    }

    function create(bytes memory initCode) internal returns (address account) {
        assembly {
            account := create(0, add(initCode, 32), mload(initCode))
        }
        require(account != address(0), "deployment failed");
    }

    function deploy(uint8 threshold, uint64 delay) internal {
        address[] memory governors = sorted(three(governorOne, governorTwo, governorThree));
        registry = IOrganisationRegistry(
            create(bytes.concat(code("OrganisationRegistry"), abi.encode(governors, threshold, delay)))
        );
        ledger = ITenderLedger(create(bytes.concat(code("TenderLedger"), abi.encode(registry))));
        vm.label(address(registry), "registry");
        vm.label(address(ledger), "ledger");
    }

    function admitEverybody() internal {
        Person[] memory people = new Person[](5);
        people[0] = Person(officerOne, 2, 0);
        people[1] = Person(officerTwo, 2, 0);
        people[2] = Person(officerThree, 2, 0);
        people[3] = Person(publisher, 1, 0);
        people[4] = Person(auditor, 8, 0);
        admit("town", 1, people);
        admit("custodian A", 4, one(custodianOne, 2));
        admit("custodian B", 4, one(custodianTwo, 2));
        admit("custodian C", 4, one(custodianThree, 2));
        admit("submission service", 8, one(receiver, 1));
        admit("review body", 16, one(reviewer, 2));
        admit("watchdog", 2, one(observer, 3));
    }

    function admit(string memory name, uint8 kinds, Person[] memory people) internal {
        governed(
            abi.encodeCall(IOrganisationRegistry.admitOrganisation, ("TEST", name, kinds, sorted(people), soon()))
        );
    }

    function threeAndThree() internal view returns (KeySet memory set) {
        set.officerThreshold = 2;
        set.custodianThreshold = 2;
        address[] memory officers = sorted(three(officerOne, officerTwo, officerThree));
        bytes32[] memory custodians = new bytes32[](3);
        (custodians[0], custodians[1], custodians[2]) = (custodianA, custodianB, custodianC);
        sort(custodians);
        set.officers = new Recipient[](3);
        set.custodians = new Recipient[](3);
        for (uint256 i; i < 3; ++i) {
            set.officers[i] = Recipient(bytes32(uint256(uint160(officers[i]))), publicKey(i));
            set.custodians[i] = Recipient(custodians[i], publicKey(3 + i));
        }
    }

    /// @dev Of the right form; whether the point lies on the curve does not matter here.
    function publicKey(uint256 seed) internal pure returns (bytes memory) {
        return bytes.concat(bytes1(0x04), keccak256(abi.encode("x", seed)), keccak256(abi.encode("y", seed)));
    }

    function acceptedKeySet() internal returns (bytes32 id) {
        KeySet memory set = threeAndThree();
        id = keccak256(abi.encode(town, set));
        jointlyIn(address(registry), abi.encodeCall(IOrganisationRegistry.registerKeySet, (town, set, soon())));
        accept(custodianOne, id, custodianA);
        accept(custodianTwo, id, custodianB);
        accept(custodianThree, id, custodianC);
    }

    function accept(address officer, bytes32 id, bytes32 custodian) internal {
        act(officer, address(registry), abi.encodeCall(IOrganisationRegistry.acceptKeySet, (id, custodian, soon())));
    }

    // ---- Acting ------------------------------------------------------------------------------------------------

    function act(address account, address to, bytes memory data) internal returns (bytes memory result) {
        bool done;
        vm.prank(account);
        (done, result) = to.call(data);
        if (!done) {
            assembly {
                revert(add(result, 32), mload(result))
            }
        }
    }

    function act(address account, bytes memory data) internal {
        act(account, address(ledger), data);
    }

    function jointly(bytes memory data) internal {
        jointlyIn(address(ledger), data);
    }

    function jointlyIn(address to, bytes memory data) internal {
        act(officerOne, to, data);
        act(officerTwo, to, data);
    }

    function governed(bytes memory data) internal {
        act(governorOne, address(registry), data);
        act(governorTwo, address(registry), data);
    }

    /// @dev The call is refused with exactly this error, values included.
    function refused(address account, address to, bytes memory data, bytes memory expected) internal {
        vm.prank(account);
        (bool done, bytes memory result) = to.call(data);
        vm.assertTrue(!done, "the call had to be refused");
        vm.assertEq(result, expected, "refused with another error");
    }

    function refused(address account, bytes memory data, bytes memory expected) internal {
        refused(account, address(ledger), data, expected);
    }

    function refusedInRegistry(address account, bytes memory data, bytes memory expected) internal {
        refused(account, address(registry), data, expected);
    }

    // ---- Words -------------------------------------------------------------------------------------------------

    function organisationIdOf(string memory name) internal pure returns (bytes32) {
        return keccak256(abi.encode("TEST", name));
    }

    function processIdOf(string memory ocid) internal view returns (bytes32) {
        return keccak256(abi.encode(town, ocid));
    }

    function time() internal view returns (uint64) {
        return uint64(block.timestamp);
    }

    function soon() internal view returns (uint64) {
        return time() + 1 days;
    }

    /// @dev A call without a ground, published by a release.
    function plain(bytes32 processId) internal view returns (Call memory) {
        return Call(processId, soon(), NO_GROUND, RELEASE);
    }

    function grounded(bytes32 processId) internal view returns (Call memory) {
        return Call(processId, soon(), GROUND, RELEASE);
    }

    function notice(string memory ocid) internal pure returns (Notice memory) {
        return Notice(ocid, NoticeKind.Call, RELEASE, 0, 0, 0);
    }

    function noticeCall(bytes32 organisationId, Notice memory notice_) internal view returns (bytes memory) {
        Notice[] memory notices = new Notice[](1);
        notices[0] = notice_;
        return abi.encodeCall(ITenderLedger.publishNotices, (organisationId, soon(), notices));
    }

    function roundTerms(RoundKind kind, uint64 deadline) internal view returns (RoundTerms memory terms) {
        terms.kind = kind;
        terms.deadline = deadline;
        terms.keySet = keySet;
        terms.receivers = new bytes32[](1);
        terms.receivers[0] = submissionService;
    }

    function tenderTerms(string memory ocid, uint64 deadline) internal view returns (TenderTerms memory terms) {
        terms.ocid = ocid;
        terms.minimumStandstill = STANDSTILL;
        terms.criteria = keccak256("criteria");
        terms.lots = new LotTerms[](2);
        terms.lots[0] = LotTerms(LOT_ONE < LOT_TWO ? LOT_ONE : LOT_TWO, 1);
        terms.lots[1] = LotTerms(LOT_ONE < LOT_TWO ? LOT_TWO : LOT_ONE, 1);
        terms.round = roundTerms(RoundKind.Bids, deadline);
    }

    function tenderCall(TenderTerms memory terms) internal view returns (bytes memory) {
        return abi.encodeCall(ITenderLedger.publishTender, (town, soon(), RELEASE, terms));
    }

    function noPromise() internal pure returns (Promise memory) {}

    function promised(bytes32 processId, bytes32 commitment_, address author, uint64 arrivedAt, uint64 deliverBy)
        internal
        view
        returns (Promise memory)
    {
        bytes32 digest = keccak256(
            abi.encode(
                keccak256("siegel/1 promise"),
                block.chainid,
                ledger,
                processId,
                uint32(1),
                commitment_,
                author,
                arrivedAt,
                deliverBy
            )
        );
        bytes32 signed = keccak256(abi.encodePacked("\x19Ethereum Signed Message:\n32", digest));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(RECEIVER_KEY, signed);
        return Promise(submissionService, arrivedAt, deliverBy, abi.encodePacked(r, s, v));
    }

    function commitment(bytes32 processId, uint32 round, address author, uint256 content)
        internal
        view
        returns (bytes32)
    {
        return keccak256(
            abi.encode(
                keccak256("siegel/1 bid"),
                block.chainid,
                ledger,
                processId,
                round,
                author,
                bytes32(content),
                keccak256("rest")
            )
        );
    }

    function coverCommitment(bytes32 processId, uint32 round, address author, bytes32 salt)
        internal
        view
        returns (bytes32)
    {
        return keccak256(
            abi.encode(keccak256("siegel/1 cover"), block.chainid, ledger, processId, round, author, salt)
        );
    }

    function opened(address author, uint256 content) internal pure returns (BidOutcome memory) {
        return BidOutcome(Outcome.Opened, author, bytes32(content), keccak256("rest"));
    }

    function outcomes(BidOutcome memory first) internal pure returns (BidOutcome[] memory list) {
        list = new BidOutcome[](1);
        list[0] = first;
    }

    function words(uint256 word) internal pure returns (uint256[] memory list) {
        list = new uint256[](1);
        list[0] = word;
    }

    // ---- Processes in the states that tests begin from ---------------------------------------------------------

    /// @dev A tender with two lots and round 1 open for a day.
    function openTender() internal returns (bytes32 processId) {
        string memory ocid = string.concat("ocds-test-", digits(++processes));
        processId = processIdOf(ocid);
        jointly(tenderCall(tenderTerms(ocid, soon())));
    }

    function commit(bytes32 processId, uint32 round, address author, uint256 content) internal {
        bytes32 commitment_ = commitment(processId, round, author, content);
        act(
            author,
            abi.encodeCall(ITenderLedger.commitBid, (processId, round, commitment_, 0, soon(), noPromise()))
        );
    }

    /// @dev Two bids in time (0 of bidderOne, 1 of bidderTwo), round closed with both envelopes present.
    function closedRound() internal returns (bytes32 processId) {
        processId = openTender();
        commit(processId, 1, bidderOne, 1);
        commit(processId, 1, bidderTwo, 2);
        vm.warp(block.timestamp + 1 days + 1);
        jointly(abi.encodeCall(ITenderLedger.closeRound, (plain(processId), 1, 2, words(3), words(0))));
    }

    /// @dev The same with both bids opened.
    function openedRound() internal returns (bytes32 processId) {
        processId = closedRound();
        BidOutcome[] memory list = new BidOutcome[](2);
        list[0] = opened(bidderOne, 1);
        list[1] = opened(bidderTwo, 2);
        jointly(abi.encodeCall(ITenderLedger.openBids, (plain(processId), 1, 0, list)));
    }

    /// @dev The same with lot one awarded to bid 0; `award` is its id.
    function awarded() internal returns (bytes32 processId, uint64 award) {
        processId = openedRound();
        jointly(abi.encodeCall(ITenderLedger.announceAward, (plain(processId), LOT_ONE, 1, 0, 0)));
        award = length(processId);
    }

    /// @dev The same with letters sent and the standstill over by a second.
    function standstillOver() internal returns (bytes32 processId, uint64 award) {
        (processId, award) = awarded();
        uint64 end = time() + STANDSTILL;
        act(publisher, abi.encodeCall(ITenderLedger.informLosers, (plain(processId), award, time(), end)));
        vm.warp(end + 1);
    }

    function concluded() internal returns (bytes32 processId, uint64 award) {
        (processId, award) = standstillOver();
        jointly(abi.encodeCall(ITenderLedger.concludeContract, (plain(processId), award, 0)));
    }

    function length(bytes32 processId) internal view returns (uint64 sequence) {
        (,, sequence,,) = ledger.processOf(processId);
    }

    function state(bytes32 processId) internal view returns (ProcessState state_) {
        (, state_,,,) = ledger.processOf(processId);
    }

    /// @dev The record of the last ActRecorded among the logs recorded since the last look; all are folded.
    function lastRecord() internal returns (Act memory record, bytes memory detail) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            if (fold(logs[i])) (record, detail) = abi.decode(logs[i].data, (Act, bytes));
        }
    }

    // ---- Lists -------------------------------------------------------------------------------------------------

    function one(address account, uint8 roles) internal pure returns (Person[] memory people) {
        people = new Person[](1);
        people[0] = Person(account, roles, 0);
    }

    function three(address a, address b, address c) internal pure returns (address[] memory list) {
        list = new address[](3);
        (list[0], list[1], list[2]) = (a, b, c);
    }

    function sorted(address[] memory list) internal pure returns (address[] memory) {
        for (uint256 i; i < list.length; ++i) {
            for (uint256 j = i + 1; j < list.length; ++j) {
                if (list[j] < list[i]) (list[i], list[j]) = (list[j], list[i]);
            }
        }
        return list;
    }

    function sorted(Person[] memory list) internal pure returns (Person[] memory) {
        for (uint256 i; i < list.length; ++i) {
            for (uint256 j = i + 1; j < list.length; ++j) {
                if (list[j].account < list[i].account) (list[i], list[j]) = (list[j], list[i]);
            }
        }
        return list;
    }

    function sort(bytes32[] memory list) internal pure {
        for (uint256 i; i < list.length; ++i) {
            for (uint256 j = i + 1; j < list.length; ++j) {
                if (list[j] < list[i]) (list[i], list[j]) = (list[j], list[i]);
            }
        }
    }

    function bound(uint256 value, uint256 least, uint256 most) internal pure returns (uint256) {
        return least + value % (most - least + 1);
    }

    function digits(uint256 value) internal pure returns (string memory) {
        if (value < 10) return string(abi.encodePacked(bytes1(uint8(48 + value))));
        return string.concat(digits(value / 10), digits(value % 10));
    }
}
