// A process of its own whose peak of resident memory is read from outside: the settled platform of
// 5,000 nodes and 150,000 pods, and what losing a hundred of its nodes adds.

import { settledPlatform } from './scheduler-decisions.ts'
import { loseEachNode } from './lose-nodes.ts'

const [nodes = 5000, podsPerNode = 30] = process.argv.slice(2).map(Number)
const decided = loseEachNode(settledPlatform(nodes, podsPerNode), 100)
console.log(`${decided} pods were placed again`)
