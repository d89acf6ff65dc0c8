// Deploy the smart contracts, admit an observer, publish a notice, read it, prove the head: viem alone, against the node
// at the given address. Prints what it saw as JSON.
import { readFileSync } from 'node:fs'
import {
  BaseError, createPublicClient, createWalletClient, defineChain, encodeAbiParameters, http, keccak256, parseAbiParameters,
} from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

const [url, artifacts] = process.argv.slice(2)
const artifact = (name) => JSON.parse(readFileSync(`${artifacts}/${name}.json`))
const [registryCode, ledgerCode] = [artifact('OrganisationRegistry'), artifact('TenderLedger')]
const plain = createPublicClient({ transport: http(url) })
const chain = defineChain({
  id: await plain.getChainId(),
  name: 'embedded',
  nativeCurrency: { name: 'none', symbol: 'NONE', decimals: 18 },
  rpcUrls: { default: { http: [url] } },
})
const account = privateKeyToAccount(generatePrivateKey())
const client = createPublicClient({ chain, transport: http(url, { batch: true }), pollingInterval: 100 })
const wallet = createWalletClient({ account, chain, transport: http(url) })

const deploy = async ({ abi, bytecode }, args) => {
  const receipt = await client.waitForTransactionReceipt({ hash: await wallet.deployContract({ abi, bytecode, args }) })
  return { address: receipt.contractAddress, abi }
}
const act = async (contract, functionName, args) => {
  const { request } = await client.simulateContract({ account, ...contract, functionName, args })
  const receipt = await client.waitForTransactionReceipt({ hash: await wallet.writeContract(request) })
  if (receipt.status !== 'success') throw new Error(`${functionName}: ${receipt.status}`)
  return receipt
}

const registry = await deploy(registryCode, [[account.address], 1, 0n])
const ledger = await deploy(ledgerCode, [registry.address])
const expires = (await client.getBlock()).timestamp + 3600n
const person = { account: account.address, roles: 1, until: 0n }
await act(registry, 'admitOrganisation', ['TEST', 'viem', 2, [person], expires])
const organisationId = keccak256(encodeAbiParameters(parseAbiParameters('string, string'), ['TEST', 'viem']))
const zero = `0x${'00'.repeat(32)}`
const notice = { ocid: 'ocds-viem-1', kind: 2, release: `0x${'11'.repeat(32)}`, original: zero, ref: 0n, parent: zero }
await act(ledger, 'publishNotices', [organisationId, expires, [notice]])
let refused
try {
  await client.simulateContract({
    account, ...ledger, functionName: 'publishNotices', args: [organisationId, expires, [{ ...notice, release: zero }]],
  })
} catch (error) {
  if (!(error instanceof BaseError)) throw error
  refused = error.walk((cause) => cause.name === 'ContractFunctionRevertedError')?.data?.errorName
}
const [event] = await client.getContractEvents({ ...ledger, eventName: 'ActRecorded', fromBlock: 0n })
const processId = keccak256(encodeAbiParameters(parseAbiParameters('bytes32, string'), [organisationId, notice.ocid]))
const slot = keccak256(encodeAbiParameters(parseAbiParameters('bytes32, uint256'), [processId, 0n]))
const block = await client.getBlock()
const proof = await client.getProof({ address: ledger.address, storageKeys: [slot], blockNumber: block.number })
console.log(JSON.stringify({
  ledger: ledger.address,
  chainId: chain.id,
  block: `0x${block.number.toString(16)}`,
  blockHash: block.hash,
  processId,
  processOfEvent: event.args.processId,
  release: event.args.record.release,
  data: (await client.getLogs({ address: ledger.address, fromBlock: 0n }))[0].data,
  refused,
  proof: { account: proof.accountProof, storage: proof.storageProof[0].proof },
}))
