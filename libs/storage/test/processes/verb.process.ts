import { carryOut, type Order } from './verbs.kit.js';

/** One verb in a process of its own, which can be killed at it. */
process.stdout.write(JSON.stringify(await carryOut(JSON.parse(process.argv[2] ?? '') as Order)));
