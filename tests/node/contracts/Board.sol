// SPDX-License-Identifier: EUPL-1.2
pragma solidity ^0.8.24;

/// A small contract for the tests of the embedded chain: it keeps notes, logs them, refuses some, burns gas.
contract Board {
    event Posted(bytes32 indexed note, address indexed author, uint256 count);

    error NoteTaken(bytes32 note, uint256 place);

    uint256 public count;
    bytes32 public latest;
    uint256 public postedAt;
    mapping(bytes32 => uint256) public position;

    function post(bytes32 note) external returns (uint256) {
        if (position[note] != 0) revert NoteTaken(note, position[note]);
        count += 1;
        position[note] = count;
        latest = note;
        postedAt = block.timestamp;
        emit Posted(note, msg.sender, count);
        return count;
    }

    function refuse() external pure {
        revert("refused in words");
    }

    function burn(uint256 rounds) external returns (bytes32 word) {
        for (uint256 i = 0; i < rounds; i++) word = keccak256(abi.encode(word, i));
        latest = word;
    }

    /// Calls itself until the gas is used up.
    function dive() external returns (uint256 depth) {
        try this.dive() returns (uint256 found) {
            return found + 1;
        } catch {
            return 0;
        }
    }

    function time() external view returns (uint256) {
        return block.timestamp;
    }
}
