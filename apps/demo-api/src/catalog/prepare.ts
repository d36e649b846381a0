import { preparedDatabase } from './demo-database.js';

// After a build, so that the demo's first start need not.
await preparedDatabase();
