// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import "../BaseTest.sol";

/// @notice What the stateful run found in the governors' acts, told as stories.
contract GovernorsFindingsTest is BaseTest {
    uint64 private constant DELAY = 2 days;

    function setUp() public override {
        super.setUp();
        _set(three(governorOne, governorTwo, governorThree), 2, 0);
    }

    /// @dev Two agreed, then one of them is voted out; the wait was over long ago. The newcomer's approval makes two
    /// again: from then on others must have the whole delay to notice.
    function test_governorsAct_quorumLostAndMadeAnew_waitsAnew() public {
        bytes memory takeOver = _admission();
        act(governorOne, address(registry), takeOver);
        act(governorTwo, address(registry), takeOver);
        _set(three(governorOne, governorThree, outsider), 2, DELAY);
        vm.warp(block.timestamp + 1 days);

        act(outsider, address(registry), takeOver);
        (uint8 kinds,,,) = registry.organisationOf(organisationIdOf("accomplice"));
        vm.assertEq(kinds, 0, "not admitted at once");
        vm.warp(block.timestamp + DELAY);
        act(outsider, address(registry), takeOver);
        (kinds,,,) = registry.organisationOf(organisationIdOf("accomplice"));
        vm.assertEq(kinds, 1, "admitted after the delay");
    }

    /// @dev A lower threshold makes a quorum of those who approved before: one of them can start the wait.
    function test_governorsAct_thresholdLowered_approverStartsTheWait() public {
        _set(three(governorOne, governorTwo, governorThree), 3, DELAY);
        bytes memory admission = _admission();
        act(governorOne, address(registry), admission);
        act(governorTwo, address(registry), admission);
        bytes memory lower = _governorsCall(three(governorOne, governorTwo, governorThree), 2, DELAY);
        act(governorOne, address(registry), lower);
        act(governorTwo, address(registry), lower);
        act(governorThree, address(registry), lower);
        vm.warp(block.timestamp + DELAY);
        act(governorThree, address(registry), lower);

        act(governorOne, address(registry), admission);
        vm.warp(block.timestamp + DELAY);
        act(governorOne, address(registry), admission);
        (uint8 kinds,,,) = registry.organisationOf(organisationIdOf("accomplice"));
        vm.assertEq(kinds, 1, "admitted after the delay");
    }

    /// @dev Who approved first also executes: the record still names two.
    function test_governorsAct_firstApproverExecutes_recordNamesTwo() public {
        bytes memory admission = _admission();
        act(governorOne, address(registry), admission);
        act(governorTwo, address(registry), admission);
        vm.warp(block.timestamp + DELAY);
        act(governorOne, address(registry), admission);
        (Act memory record,) = lastRecord();
        vm.assertEq(record.first, governorTwo, "one who agreed");
        vm.assertEq(record.second, governorOne, "and the one who executed");
    }

    /// @dev Sets the governors and, if a delay is given first, waits for it.
    function _set(address[] memory list, uint8 threshold, uint64 wait) private {
        bytes memory data = _governorsCall(list, threshold, DELAY);
        act(governorOne, address(registry), data);
        act(wait == 0 ? governorTwo : governorThree, address(registry), data);
        if (wait == 0) return;
        vm.warp(block.timestamp + wait);
        act(governorOne, address(registry), data);
    }

    function _governorsCall(address[] memory list, uint8 threshold, uint64 delay) private view returns (bytes memory) {
        return abi.encodeCall(IOrganisationRegistry.setGovernors, (sorted(list), threshold, delay, time() + 20 days));
    }

    function _admission() private view returns (bytes memory) {
        return abi.encodeCall(
            IOrganisationRegistry.admitOrganisation, ("TEST", "accomplice", 1, one(outsider, 2), time() + 20 days)
        );
    }
}
