/** Whether this is `npm run test:long`. */
export const isLong = process.env['LONG_TESTS'] === '1';

export const runs = (short: number, long: number): number => (isLong ? long : short);
