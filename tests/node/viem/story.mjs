// Deploy, act, read, prove with viem against the node at the given address; prints what it saw as JSON.
import { readFileSync } from 'node:fs'
import { createPublicClient, createWalletClient, defineChain, http, keccak256, toHex, BaseError } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

const url = process.argv[2]
const { abi, bytecode } = JSON.parse(readFileSync(new URL('../contracts/Board.json', import.meta.url)))
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

const created = await client.waitForTransactionReceipt({ hash: await wallet.deployContract({ abi, bytecode }) })
const board = created.contractAddress
const note = (number) => keccak256(toHex(number, { size: 32 }))
for (const number of [0, 1, 2]) {
  const { request } = await client.simulateContract({ account, address: board, abi, functionName: 'post', args: [note(number)] })
  const receipt = await client.waitForTransactionReceipt({ hash: await wallet.writeContract(request) })
  if (receipt.status !== 'success') throw new Error(`note ${number}: ${receipt.status}`)
}
let refused
try {
  await client.simulateContract({ account, address: board, abi, functionName: 'post', args: [note(1)] })
} catch (error) {
  if (!(error instanceof BaseError)) throw error
  refused = error.walk((cause) => cause.name === 'ContractFunctionRevertedError')?.data?.errorName
}
const block = await client.getBlock({ includeTransactions: true })
const [count, balance, logs, proof] = await Promise.all([
  client.readContract({ address: board, abi, functionName: 'count' }),
  client.getBalance({ address: account.address }),
  client.getContractEvents({ address: board, abi, eventName: 'Posted', fromBlock: 0n }),
  client.getProof({ address: board, storageKeys: [toHex(0, { size: 32 })], blockNumber: block.number }),
])
console.log(JSON.stringify({
  board,
  block: toHex(block.number),
  blockHash: block.hash,
  count: String(count),
  balance: String(balance),
  logged: logs.map((log) => String(log.args.count)),
  refused,
  proof: { account: proof.accountProof, storage: proof.storageProof[0].proof },
}))
